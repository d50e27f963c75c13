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
import java.util.List;
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
          "core/solvers",
          "kafka",
          "embedded-kafka",
          "testing/testkit",
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
          "cli",
          "benchmarks");
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
            "cli",
            "benchmarks")) {
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
