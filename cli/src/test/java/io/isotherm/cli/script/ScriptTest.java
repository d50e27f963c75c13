package io.isotherm.cli.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.isotherm.cli.script.FakeProject.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
class ScriptTest {

  private static final String REMEDY = "install a JDK, version 17 or newer";

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Says its id, and goes on until it is ended; its own name and version are told at once. */
  private static final String JAVA_THAT_STAYS =
      """
      case "$*" in
        *-version*) echo 'openjdk version "17.0.9" 2025-01-01' >&2; exit 0 ;;
      esac
      echo $$ > "$HOME/starting"
      mv "$HOME/starting" "$HOME/started"
      exec sleep 300
      """;

  @TempDir Path folder;

  private FakeProject project;

  @BeforeEach
  void copyTheScript() throws IOException {
    folder = folder.toRealPath();
    project = new FakeProject(folder, "project");
  }

  @ParameterizedTest
  @ValueSource(strings = {"11.0.2", "1.8.0_292", "9", "16-ea"})
  void aJdkThatIsTooOldIsOneLine(String version) throws Exception {
    project.java(version);

    assertOneLine(
        project.run("demo"),
        "isotherm: Java 17 or newer is needed, found %s at %s/java: install a newer JDK, or set"
                .formatted(version, project.bin())
            + " JAVA_HOME to one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "17.0.15", "22-ea", "25.0.1+8", "100.0.1"})
  void anyNewerJdkWillDo(String version) throws Exception {
    project.java(version);

    assertThat(project.run("demo").status()).isZero();
  }

  @Test
  void aProgramThatIsNoJavaIsOneLine() throws Exception {
    project.program("java", "echo 'cannot load \"3rd party\" library' >&2; exit 1");

    assertOneLine(
        project.run("demo"),
        "isotherm: %s/java -version does not tell its version: %s"
            .formatted(project.bin(), REMEDY));
  }

  @Test
  void noJavaIsOneLine() throws Exception {
    Files.delete(project.bin().resolve("java"));

    assertOneLine(
        project.run("demo"), "isotherm: no java found: " + REMEDY + ", and put it on the PATH");
  }

  @Test
  void aWrongJavaHomeIsOneLine() throws Exception {
    project.set("JAVA_HOME", "/no/such/jdk");

    assertOneLine(
        project.run("demo"),
        "isotherm: JAVA_HOME is /no/such/jdk, but /no/such/jdk/bin/java is not a program: correct"
            + " or unset JAVA_HOME");
  }

  @Test
  void javaHomeCountsMoreThanThePath() throws Exception {
    project.java("11.0.2");
    FakeProject other = new FakeProject(folder.resolve("other jdk"), "project");
    project.set("JAVA_HOME", other.bin().getParent().toString());

    assertThat(project.run("demo").status()).isZero();
  }

  @Test
  void noMavenIsOneLine() throws Exception {
    Files.delete(project.bin().resolve("mvn"));

    assertOneLine(
        project.run("demo"),
        "isotherm: no mvn found: install Maven, version 3.8 or newer, and put it on the PATH");
  }

  @Test
  void aRuntimeWithoutACompilerIsOneLine() throws Exception {
    Files.delete(project.bin().resolve("javac"));

    assertOneLine(
        project.run("demo"),
        "isotherm: %s/java belongs to a Java runtime without a compiler: %s"
            .formatted(project.bin(), REMEDY));
  }

  @Test
  void tooLittleSpaceForTheBuildIsOneLine() throws Exception {
    project.set("FAKE_FREE_MB", "1499");

    assertOneLine(
        project.run("demo"),
        "isotherm: %s has 1499 MB of free space, 1500 MB are needed for the build: free some and"
                .formatted(project.root())
            + " try again");
  }

  @Test
  void tooLittleSpaceForTheDownloadsIsOneLine() throws Exception {
    project.set("FAKE_FREE_MB", "2000");

    assertOneLine(
        project.run("demo"),
        "isotherm: %s has 2000 MB of free space, 2500 MB are needed for Maven's downloads: free"
                .formatted(folder.resolve("home"))
            + " some and try again");
  }

  @Test
  void downloadsThatGoElsewhereNeedNoSpaceAtHome() throws Exception {
    project.set("FAKE_FREE_MB", "2000");
    project.set("MAVEN_OPTS", "-Dmaven.repo.local=/elsewhere");

    assertThat(project.run("demo").status()).isZero();
  }

  @Test
  void theFirstUseSaysThatItBuilds() throws Exception {
    Outcome outcome = project.run("demo");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.err().lines())
        .hasSize(2)
        .first()
        .asString()
        .isEqualTo(
            "isotherm: first use; building with Maven, which downloads about 1 GB once and takes"
                + " five to ten minutes. Log: "
                + project.root().resolve("target/isotherm-build.log"));
    assertThat(outcome.err()).contains("isotherm: built in ");
    assertThat(project.builds()).containsExactly("-q -B -DskipTests package in " + project.root());
  }

  @Test
  void theSecondUseBuildsNothing() throws Exception {
    project.run("demo");

    Outcome outcome = project.run("demo");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.err()).isEmpty();
    assertThat(project.builds()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "core/spectra/src/main/java/Other.java",
        "pom.xml",
        "clients/java/pom.xml",
        "trainer-service/src/main/resources/application.properties"
      })
  void aNewerSourceIsBuiltBeforeAnythingStarts(String source) throws Exception {
    project.run("demo");
    project.change(source);

    assertThat(project.run("start").err()).startsWith("isotherm: sources have changed; building");
    assertThat(project.builds()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "README.md",
        "core/spectra/src/test/java/OtherTest.java",
        "core/spectra/target/pom.xml",
        ".isotherm/src/main/state.json"
      })
  void whatIsNotBuiltCausesNoBuild(String file) throws Exception {
    project.run("demo");
    project.change(file);

    assertThat(project.run("demo").err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"flock", "perl", "python3"})
  void twoAtOnceBuildOnceAndTheSecondWaits(String locker) throws Exception {
    project.removeTool("flock");
    assumeTrue(project.addTool(locker), locker + " is not here");
    Path mvn = project.bin().resolve("mvn");
    String held = "until [ -e \"$HOME/go\" ]; do sleep 0.05; done\n";
    Files.writeString(mvn, Files.readString(mvn) + held);
    project.addTool("sleep");

    Process first = project.start("first", project.script().toString(), "demo");
    await().atMost(PATIENCE).until(() -> project.builds().size() == 1);
    Process second = project.start("second", project.script().toString(), "start");
    await().atMost(PATIENCE).until(() -> !project.err("second").isEmpty());
    Files.createFile(project.inHome("go"));

    assertThat(ended(first)).isZero();
    assertThat(ended(second)).isZero();
    assertThat(project.builds()).hasSize(1);
    assertThat(project.err("second"))
        .isEqualTo(
            "isotherm: another build of %s is going on; waiting for its end\n"
                .formatted(project.root()));
  }

  @Test
  void aBuildThatEndsGivesItsLockBackToTheProgramsThatAreStarted() throws Exception {
    project.program("java", JAVA_THAT_STAYS);
    project.addTool("sleep");
    Process first = project.start("first", project.script().toString(), "start");
    await().atMost(PATIENCE).until(() -> Files.exists(project.inHome("started")));
    project.change("pom.xml");

    try {
      assertThat(project.run("demo", "--version").err())
          .startsWith("isotherm: sources have changed; building");
    } finally {
      first.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"env", "perl", "python3"})
  void whatIsStartedInTheBackgroundOfAScriptHearsCtrlC(String helper) throws Exception {
    if (!helper.equals("env")) {
      project.program("env", "[ \"$1\" != --default-signal=INT ] && exec /usr/bin/env \"$@\"");
      assumeTrue(project.addTool(helper), helper + " is not here");
    }
    project.program("java", JAVA_THAT_STAYS);
    project.addTool("sleep");
    project.run("--version");
    Files.deleteIfExists(project.inHome("started"));

    Process shell =
        project.start(
            "shell", "/bin/sh", "-c", "\"$1\" start & wait $!", "sh", project.script().toString());
    await().atMost(PATIENCE).until(() -> Files.exists(project.inHome("started")));
    String program = Files.readString(project.inHome("started")).strip();
    new ProcessBuilder("kill", "-INT", program).start().waitFor();

    assertThat(ended(shell)).isEqualTo(130);
  }

  @Test
  void askingForTheStatusNeverRebuilds() throws Exception {
    project.run("demo");
    project.change("pom.xml");

    assertThat(project.run("status").err()).isEmpty();
    assertThat(project.builds()).hasSize(1);
  }

  @Test
  void aSourceThatIsChangedDuringABuildIsBuiltNextTime() throws Exception {
    project.source("pom.xml");
    Path mvn = project.bin().resolve("mvn");
    // Until the file system tells the two times apart.
    String change = "until [ pom.xml -nt target/isotherm-build-begun ]; do touch pom.xml; done\n";
    Files.writeString(mvn, Files.readString(mvn) + change);
    project.run("demo");

    assertThat(project.run("demo").err()).startsWith("isotherm: sources have changed");
  }

  @Test
  void aServiceThatHasBeenCleanedIsBuiltAgain() throws Exception {
    project.run("demo");
    Files.delete(project.root().resolve("scheduler-service/target/quarkus-app/quarkus-run.jar"));

    assertThat(project.run("demo").status()).isZero();
    assertThat(project.builds()).hasSize(2);
  }

  @Test
  void aFailedBuildShowsTheEndOfItsLogAndIsTriedAgain() throws Exception {
    project.program(
        "mvn",
        "echo >> \"$HOME/builds\"; seq -f 'line %g' 1 40; echo '[ERROR] broken' >&2; exit 1");

    Outcome outcome = project.run("demo");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    Path log = project.root().resolve("target/isotherm-build.log");
    assertThat(outcome.err().lines().toList())
        .hasSize(32)
        .contains("line 12", "line 40", "[ERROR] broken")
        .doesNotContain("line 11")
        .last()
        .asString()
        .isEqualTo("isotherm: the build failed; its last lines are above, all of it is in " + log);
    assertThat(log).content().startsWith("line 1\n");
    assertThat(project.run("demo").status()).isEqualTo(1);
    assertThat(project.builds()).hasSize(2);
  }

  @Test
  void argumentsAndExitStatusArePassedThrough() throws Exception {
    project.run("demo");
    project.set("FAKE_STATUS", "42");

    Outcome outcome = project.run("demo", "--report", "my file.json", "", "*", "$HOME");

    assertThat(outcome.status()).isEqualTo(42);
    assertThat(outcome.err()).isEmpty();
    List<String> arguments = outcome.out().lines().toList();
    assertThat(arguments)
        .containsSubsequence(
            "<-jar>",
            "<" + project.root().resolve("cli/target/isotherm-cli.jar") + ">",
            "<demo>",
            "<--report>",
            "<my file.json>",
            "<>",
            "<*>",
            "<$HOME>");
    assertThat(arguments).last().isEqualTo("<$HOME>");
  }

  @Test
  void commandsThatComputeGetMemoryAndTheVectorModuleAndTheOthersDoNot() throws Exception {
    project.run("demo");

    assertThat(project.run("analyze", "my model.safetensors").out().lines())
        .contains("<-Xmx2g>", "<jdk.incubator.vector>", "<analyze>", "<my model.safetensors>");
    assertThat(project.run("gpu-check").out().lines())
        .contains("<-Xmx6g>", "<jdk.incubator.vector>", "<gpu-check>");
    assertThat(project.run("topics").out().lines())
        .contains("<-Xmx256m>")
        .doesNotContain("<-Xmx2g>", "<jdk.incubator.vector>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--solver=nd4j", "--solver nd4j", "--solver ND4J"})
  void nd4jComesFromTheSpectralService(String option) throws Exception {
    project.run("demo");
    Path library =
        project.source("spectral-service/target/quarkus-app/lib/main/org.nd4j.nd4j-api.jar");
    Path jar = project.root().resolve("cli/target/isotherm-cli.jar");

    String[] arguments = ("analyze model.safetensors " + option).split(" ");

    assertThat(project.run(arguments).out().lines())
        .contains("<%s:%s>".formatted(jar, library), "<io.isotherm.cli.Isotherm>")
        .doesNotContain("<-jar>");
    assertThat(project.run("analyze", "nd4j").out().lines()).contains("<-jar>");
  }

  @Test
  void withoutATerminalNothingIsSaidAboutOne() throws Exception {
    assertThat(project.run("demo").out()).doesNotContain("isotherm.terminal");
  }

  @Test
  void aSymbolicLinkToALinkLeadsToTheProject() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("some where/bin"));
    Files.createSymbolicLink(elsewhere.resolve("first"), project.script());
    Path second = Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("first"));

    Outcome outcome = project.run(second, folder, "demo");

    assertThat(outcome.status()).isZero();
    assertThat(project.builds()).singleElement().asString().endsWith(" in " + project.root());
  }

  @ParameterizedTest
  @ValueSource(strings = {"my  project", "target", "src/main/isotherm", "it's $HOME & *"})
  void theProjectsFolderMayHaveAnyName(String name) throws Exception {
    FakeProject other = new FakeProject(folder.resolve("other"), name);

    Outcome first = other.run("demo", "one");
    other.source("README.md");
    Outcome second = other.run("demo", "two");
    other.change("pom.xml");
    Outcome third = other.run("demo", "three");

    assertThat(List.of(first.status(), second.status(), third.status())).containsOnly(0);
    assertThat(other.builds()).hasSize(2).allMatch(build -> build.endsWith(" in " + other.root()));
    assertThat(second.out())
        .contains("<" + other.root().resolve("cli/target/isotherm-cli.jar") + ">");
  }

  @Test
  void aSearchPathForFoldersDoesNotLeadAstray() throws Exception {
    Files.createDirectories(folder.resolve("decoy/project"));
    project.set("CDPATH", folder.resolve("decoy").toString());

    Outcome outcome = project.run(Path.of("project/isotherm"), folder, "demo");

    assertThat(outcome.status()).isZero();
    assertThat(project.builds()).singleElement().asString().endsWith(" in " + project.root());
  }

  private static int ended(Process process) throws InterruptedException {
    boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    assertThat(ended).as("ended").isTrue();
    return process.exitValue();
  }

  private static void assertOneLine(Outcome outcome, String message) {
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).isEqualTo(message + "\n");
  }
}
