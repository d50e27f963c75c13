package io.isotherm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.isotherm.methods.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration as a process, with the real broker and services that are ready at once. */
class DemoCommandTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  private FakeInstallation installation;
  private Process launcher;

  @BeforeEach
  void install() throws IOException {
    installation = new FakeInstallation(folder.toRealPath());
  }

  @AfterEach
  void endWhatATestHasLeft() {
    if (launcher != null) {
      launcher.descendants().forEach(ProcessHandle::destroyForcibly);
      launcher.destroyForcibly();
    }
  }

  @Test
  void aTrainingThatEndsIsSummedUpAndLeavesNothingButItsReport() throws Exception {
    installation.set("FAKE_STATE", "finished");
    Path report = folder.resolve("out.json");
    Path checkpoint = folder.resolve("demo's weights.safetensors");

    launcher =
        installation.start(
            "demo",
            "--report",
            report.toString(),
            "--seed",
            "7",
            "--checkpoint",
            checkpoint.toString());

    assertThat(status()).isZero();
    assertThat(installation.err()).isEmptyFile();
    assertThat(installation.out())
        .content()
        .contains(
            "Watch it at http://127.0.0.1:", "Summary", "Report written to ", "./isotherm analyze ")
        .doesNotContain("\u001B");
    assertThat(Json.MAPPER.readTree(report.toFile()).at("/settings/seed").asLong()).isEqualTo(7);
    assertThat(checkpoint).hasContent("weights");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void aTrainingThatSomebodyStopsIsSummedUpAsSuch() throws Exception {
    installation.set("FAKE_STATE", "stopped");

    launcher = installation.start("demo");

    assertThat(status()).isZero();
    assertThat(installation.out())
        .content()
        .contains("The run was stopped by somebody before its planned end.", "Summary");
  }

  @Test
  void aTrainingThatFailsEndsEverythingWithItsCause() throws Exception {
    installation.set("FAKE_STATE", "failed");
    installation.set("FAKE_CAUSE", "the loss is not finite at step 7");
    Path report = folder.resolve("out.json");

    launcher = installation.start("demo", "--report", report.toString());

    assertThat(status()).isEqualTo(1);
    assertThat(installation.err())
        .hasContent("isotherm demo: training failed: the loss is not finite at step 7");
    assertThat(installation.out()).content().contains("Logs and data are kept in ");
    assertThat(report).doesNotExist();
    assertThat(installation.log("trainer-service")).contains("ordered");
  }

  @Test
  void aTrainerThatIsKilledIsNamedWithTheEndOfItsLog() throws Exception {
    launcher = installation.start("demo");
    awaitThat(() -> installation.log("trainer-service").contains("asked"));
    List<ProcessHandle> children = children();
    List<ProcessHandle> trainers =
        children.stream()
            .filter(child -> child.info().commandLine().orElse("").contains("trainer-service"))
            .toList();
    assertThat(trainers).hasSize(1);

    trainers.get(0).destroyForcibly();

    assertThat(status()).isEqualTo(1);
    assertThat(Files.readAllLines(installation.err()))
        .hasSizeGreaterThan(1)
        .contains("  | asked")
        .noneMatch(line -> line.startsWith("\tat "))
        .first()
        .asString()
        .startsWith(
            "isotherm demo: trainer-service ended unexpectedly (killed by signal 9); the last lines"
                + " of ");
    assertThat(children).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void aServiceThatDoesNotStartIsNamedWithTheEndOfItsLog() throws Exception {
    installation.set("FAKE_BROKEN", "scheduler-service");

    launcher = installation.start("demo");

    assertThat(status()).isEqualTo(1);
    assertThat(Files.readAllLines(installation.err()))
        .contains("  | cannot start: no such setting")
        .first()
        .asString()
        .startsWith("isotherm demo: scheduler-service ended unexpectedly (exit status 3)");
  }

  @Test
  void ctrlCDuringTheStartLeavesNothingBehind() throws Exception {
    installation.set("FAKE_UNREADY", "spectral-service");
    launcher = installation.start("demo", "--report", folder.resolve("out.json").toString());
    awaitThat(() -> installation.log("scheduler-service").contains("serving"));

    interruptAndExpectNothing();
  }

  @Test
  void ctrlCBeforeTheBrokerIsUpLeavesNothingBehind() throws Exception {
    launcher = installation.start("demo");
    awaitThat(() -> launcher.children().findAny().isPresent());

    interruptAndExpectNothing();
  }

  @Test
  void ctrlCDuringTheTrainingLeavesNothingBehind() throws Exception {
    launcher = installation.start("demo", "--report", folder.resolve("out.json").toString());
    awaitThat(() -> installation.log("trainer-service").contains("asked"));

    interruptAndExpectNothing();
  }

  /** Ctrl-C as the terminal does it: to the launcher and its children at once. */
  private void interruptAndExpectNothing() throws Exception {
    assumeFalse(ignoresInterrupts(), "these tests run in the background of a shell");
    List<ProcessHandle> children = children();
    assertThat(children).isNotEmpty();
    String everybody =
        Stream.concat(Stream.of(launcher.toHandle()), children.stream())
            .map(process -> Long.toString(process.pid()))
            .collect(Collectors.joining(" "));

    new ProcessBuilder("/bin/sh", "-c", "kill -INT " + everybody).start().waitFor();

    assertThat(status()).isEqualTo(130);
    assertThat(installation.err()).isEmptyFile();
    assertThat(installation.out()).content().contains("Stopping ...").doesNotContain("\tat ");
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(leftovers()).isEmpty();
    assertThat(folder.resolve("out.json")).doesNotExist();
  }

  private List<ProcessHandle> children() {
    return launcher.descendants().toList();
  }

  /** What the launcher has left among the temporary files, and beside the report. */
  private List<String> leftovers() throws IOException {
    try (Stream<Path> temporary = Files.list(installation.temporary());
        Stream<Path> beside = Files.list(folder)) {
      return Stream.concat(
              temporary, beside.filter(path -> path.getFileName().toString().endsWith(".part")))
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.startsWith("hsperfdata"))
          .toList();
    }
  }

  private int status() throws InterruptedException {
    assertThat(launcher.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("the launcher has ended")
        .isTrue();
    return launcher.exitValue();
  }

  private void awaitThat(Callable<Boolean> condition) throws IOException {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> !launcher.isAlive() || condition.call());
    assertThat(launcher.isAlive())
        .as("the launcher goes on; it said: %s", Files.readString(installation.err()))
        .isTrue();
  }

  /** A shell without job control starts what it puts in the background deaf to Ctrl-C. */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String mask =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .map(line -> line.substring("SigIgn:".length()).strip())
            .orElse("0");
    return (Long.parseUnsignedLong(mask, 16) & 2) != 0;
  }
}
