package io.isotherm.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house, held against the compiled classes of all modules. */
class ArchitectureTest {

  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final List<String> MODULES =
      List.of(
          "core/checks",
          "core/safetensors",
          "core/methods",
          "core/contracts",
          "testing/golden",
          "core/spectra",
          "testing/solver-contract",
          "testing/cuda-stub",
          "core/solvers",
          "kafka",
          "embedded-kafka",
          "testing/testkit",
          "rest",
          "clients/java",
          "clients/java-dl4j",
          "trainer-service",
          "spectral-service",
          "scheduler-service",
          "monitor-service",
          "terminal",
          "checkpoints",
          "replay",
          "local-stack",
          "benchmarks",
          "gpu-check",
          "cli");
  private static final String[] FRAMEWORKS = {
    "io.quarkus..",
    "io.smallrye..",
    "jakarta..",
    "org.eclipse.microprofile..",
    "org.apache.kafka..",
    "kafka..",
    "org.nd4j..",
    "org.deeplearning4j..",
    "org.bytedeco.."
  };

  /**
   * Each room, by its package under io.isotherm, with the rooms that it may know. Arrows go only
   * down: a room knows none that stands after it.
   */
  private static final Map<String, Set<String>> ROOMS = rooms();

  private static JavaClasses all;

  @BeforeAll
  static void importAllModules() {
    all =
        new ClassFileImporter()
            .importPaths(
                MODULES.stream()
                    .map(module -> ROOT.resolve(module).resolve("target/classes"))
                    .toList());
  }

  @Test
  void everyModuleHasBeenImported() {
    for (String module : MODULES) {
      assertThat(new ClassFileImporter().importPath(ROOT.resolve(module).resolve("target/classes")))
          .as("compiled classes of " + module)
          .isNotEmpty();
    }
  }

  @Test
  void contractsAndMathematicsKnowNoFrameworkNoBrokerAndNoTensorLibrary() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.isotherm.checks..",
            "io.isotherm.safetensors..",
            "io.isotherm.methods..",
            "io.isotherm.contracts..",
            "io.isotherm.spectra..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(FRAMEWORKS)
        .check(all);
  }

  @Test
  void arrowsGoOnlyDown() {
    for (String room : ROOMS.keySet()) {
      String[] others =
          ROOMS.keySet().stream()
              .filter(other -> !other.equals(room) && !ROOMS.get(room).contains(other))
              .map(other -> "io.isotherm." + other + "..")
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage("io.isotherm." + room + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .check(all);
    }
  }

  @Test
  void everyRoomHasItsPlaceInTheOrder() {
    Set<String> found =
        all.stream()
            .map(type -> type.getPackageName().split("\\."))
            .filter(parts -> parts.length > 2 && parts[1].equals("isotherm"))
            .map(parts -> parts[2])
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(found).containsExactlyInAnyOrderElementsOf(ROOMS.keySet());
    List<String> above = new ArrayList<>();
    ROOMS.forEach(
        (room, known) -> {
          assertThat(above).as("rooms above " + room).containsAll(known);
          above.add(room);
        });
  }

  private static Map<String, Set<String>> rooms() {
    Set<String> core = Set.of("checks", "safetensors", "methods", "contracts");
    Set<String> mathematics = union(core, "spectra");
    Set<String> service = union(core, "kafka");
    Map<String, Set<String>> rooms = new LinkedHashMap<>();
    rooms.put("checks", Set.of());
    rooms.put("safetensors", Set.of("checks"));
    rooms.put("methods", Set.of("checks"));
    rooms.put("contracts", Set.of("checks", "safetensors", "methods"));
    rooms.put("spectra", core);
    rooms.put("solvers", mathematics);
    rooms.put("golden", core);
    rooms.put("solvercontract", union(mathematics, "golden"));
    rooms.put("cudastub", Set.of());
    rooms.put("kafka", core);
    rooms.put("embeddedkafka", Set.of("kafka"));
    rooms.put("testkit", union(core, "kafka", "embeddedkafka"));
    rooms.put("rest", Set.of("checks", "methods"));
    rooms.put("client", service);
    rooms.put("trainer", union(service, "client", "rest"));
    rooms.put("spectral", union(mathematics, "kafka", "solvers"));
    rooms.put("scheduler", union(mathematics, "kafka", "rest"));
    rooms.put("monitor", service);
    rooms.put("terminal", Set.of());
    rooms.put("checkpoints", union(mathematics, "solvers", "terminal"));
    rooms.put("replay", union(mathematics, "kafka", "terminal"));
    rooms.put("local", union(mathematics, "kafka", "embeddedkafka", "terminal"));
    rooms.put(
        "benchmarks",
        union(mathematics, "solvers", "kafka", "client", "embeddedkafka", "terminal", "local"));
    rooms.put(
        "gpucheck",
        union(mathematics, "solvers", "golden", "solvercontract", "terminal", "benchmarks"));
    rooms.put(
        "cli",
        union(
            mathematics,
            "solvers",
            "kafka",
            "embeddedkafka",
            "terminal",
            "checkpoints",
            "replay",
            "local",
            "gpucheck"));
    return rooms;
  }

  private static Set<String> union(Set<String> some, String... more) {
    Set<String> union = new TreeSet<>(some);
    union.addAll(List.of(more));
    return union;
  }

  @Test
  void theClientDependsOnNothingButContractsAndAKafkaClient() {
    classes()
        .that()
        .resideInAPackage("io.isotherm.client")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "io.isotherm.client..",
            "io.isotherm.checks..",
            "io.isotherm.safetensors..",
            "io.isotherm.methods..",
            "io.isotherm.contracts..",
            "io.isotherm.kafka..",
            "org.apache.kafka.clients..",
            "org.apache.kafka.common..",
            "org.slf4j..",
            "com.fasterxml.jackson..",
            "com.google.errorprone.annotations..")
        .check(all);
  }

  @Test
  void servicesKnowEachOtherOnlyThroughTopics() {
    slices()
        .matching("io.isotherm.(trainer|spectral|scheduler|monitor)..")
        .should()
        .notDependOnEachOther()
        .check(all);
  }

  @Test
  void packagesOfAModuleFormNoCycle() {
    for (String module :
        List.of(
            "core/spectra",
            "core/solvers",
            "kafka",
            "embedded-kafka",
            "checkpoints",
            "replay",
            "local-stack",
            "benchmarks",
            "gpu-check",
            "cli")) {
      JavaClasses classes =
          new ClassFileImporter().importPath(ROOT.resolve(module).resolve("target/classes"));
      slices().matching("io.isotherm.(**)").should().beFreeOfCycles().check(classes);
    }
  }

  @Test
  void everyPackageSaysWhatLivesInIt() throws IOException {
    List<Path> silent = new ArrayList<>();
    for (String module : MODULES) {
      Path sources = ROOT.resolve(module).resolve("src/main/java");
      try (Stream<Path> directories = Files.walk(sources).filter(Files::isDirectory)) {
        for (Path directory : directories.toList()) {
          if (hasSources(directory) && !Files.exists(directory.resolve("package-info.java"))) {
            silent.add(ROOT.relativize(directory));
          }
        }
      }
    }
    assertThat(silent).as("packages without package-info.java").isEmpty();
  }

  /** Or else nothing could be built with {@code -Dmaven.test.skip}, which makes no test jars. */
  @Test
  void noModuleNeedsTheTestClassesOfAnother() throws IOException {
    for (String module : MODULES) {
      assertThat(ROOT.resolve(module).resolve("pom.xml")).content().doesNotContain("test-jar");
    }
  }

  private static boolean hasSources(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> file.toString().endsWith(".java"));
    }
  }
}
