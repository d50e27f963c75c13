package io.isotherm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ends a started stack, with processes and the real broker. */
class StopCommandTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int INTERRUPTED = 130;
  private static final int TERMINATED = 143;
  private static final int KILLED = 137;

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
  void stopEndsARunningStackAndSaysWhatItWas() throws Exception {
    launcher = installation.start("start");
    awaitReady();
    List<ProcessHandle> children = launcher.descendants().toList();
    assertThat(children).hasSize(5);

    assertThat(status(installation.run("stop"))).isZero();

    // The launcher's own last words go to the same file.
    assertThat(installation.out())
        .content()
        .startsWith(
            "Stopped process %d with broker, monitor-service, trainer-service, spectral-service,"
                    .formatted(launcher.pid())
                + " scheduler-service; the data stay in %s.\n".formatted(installation.data()));
    assertThat(status(launcher)).isEqualTo(TERMINATED);
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(installation.data().resolve("state.json")).doesNotExist();
    assertNothingRuns();
  }

  @Test
  void stopEndsAStackThatIsNotReadyYet() throws Exception {
    installation.set("FAKE_UNREADY", "spectral-service");
    launcher = installation.start("start");
    await().atMost(PATIENCE).until(() -> launcher.descendants().count() == 5);

    assertThat(status(installation.run("stop"))).isZero();

    assertThat(installation.out())
        .content()
        .startsWith("Stopped process %d with ".formatted(launcher.pid()));
    assertThat(status(launcher)).isEqualTo(TERMINATED);
  }

  @Test
  void stopEndsWhatAKilledLauncherHasLeft() throws Exception {
    launcher = installation.start("start");
    awaitReady();
    List<ProcessHandle> children = launcher.descendants().toList();
    ProcessHandle monitor =
        children.stream()
            .filter(child -> child.info().commandLine().orElse("").contains("monitor-service"))
            .findFirst()
            .orElseThrow();
    // One that is suspended does not notice that its launcher is gone.
    signal("STOP", monitor.pid());
    launcher.destroyForcibly();
    assertThat(status(launcher)).isEqualTo(KILLED);
    assertThat(monitor.isAlive()).isTrue();

    assertThat(status(installation.run("stop"))).isZero();

    assertThat(installation.out())
        .content()
        .startsWith("Stopped what process %d had left: ".formatted(launcher.pid()))
        .contains("monitor-service");
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertNothingRuns();
  }

  @Test
  void whereNothingHasEverRunThereIsNothingToStop() throws Exception {
    assertNothingRuns();
  }

  @Test
  void ctrlCEndsAStackInTheBackgroundOfAScript() throws Exception {
    assertEndsInTheBackground("INT", INTERRUPTED);
  }

  @Test
  void aTerminationEndsAStackInTheBackgroundOfAScript() throws Exception {
    assertEndsInTheBackground("TERM", TERMINATED);
  }

  private void assertEndsInTheBackground(String signal, int status) throws Exception {
    launcher = installation.startInBackground("start");
    awaitReady();
    List<ProcessHandle> children = launcher.descendants().toList();
    assertThat(children).hasSize(6);

    signal(signal, installation.background());

    assertThat(status(launcher)).isEqualTo(status);
    assertThat(installation.out()).content().contains("Stopping ...");
    assertThat(children).noneMatch(ProcessHandle::isAlive);
  }

  private void assertNothingRuns() throws Exception {
    assertThat(status(installation.run("stop"))).isEqualTo(1);
    assertThat(installation.out()).isEmptyFile();
    assertThat(Files.readAllLines(installation.err()))
        .containsExactly("isotherm stop: nothing runs with data folder " + installation.data());
  }

  private void awaitReady() {
    await()
        .atMost(PATIENCE)
        .until(() -> Files.readString(installation.out()).contains("Ctrl-C ends everything"));
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  private static int status(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
