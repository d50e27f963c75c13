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

/** {@code start} and {@code status} as processes, with the real broker. */
class StartCommandTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  private FakeInstallation installation;
  private Process launcher;

  @BeforeEach
  void startAndAwaitTheAddresses() throws IOException {
    installation = new FakeInstallation(folder.toRealPath());
    launcher = installation.start("start");
    await()
        .atMost(PATIENCE)
        .until(() -> Files.readString(installation.out()).contains("Ctrl-C ends everything"));
  }

  @AfterEach
  void endWhatATestHasLeft() {
    launcher.descendants().forEach(ProcessHandle::destroyForcibly);
    launcher.destroyForcibly();
  }

  @Test
  void aStartedStackCanBeAskedAndIsGoneWhenItIsTerminated() throws Exception {
    assertThat(Files.readAllLines(installation.out()))
        .as("ways to train, each with the broker's address")
        .anySatisfy(
            line ->
                assertThat(line)
                    .matches("  PyTorch .*isotherm\\.balance\\(.*servers=\"\\S+:\\d+\"\\), .*"))
        .anySatisfy(line -> assertThat(line).matches("  Java .*bootstrap servers \\S+:\\d+, .*"));
    List<ProcessHandle> children = launcher.descendants().toList();
    assertThat(children).hasSize(5);

    assertThat(status(installation.run("status"))).isZero();
    assertThat(Files.readAllLines(installation.out()).stream().filter(line -> line.endsWith("yes")))
        .hasSize(5);
    assertThat(installation.out()).content().contains("no runs yet");

    assertThat(status(installation.start("start"))).isEqualTo(1);
    assertThat(Files.readAllLines(installation.err()))
        .singleElement()
        .asString()
        .startsWith("isotherm start: already running as process " + launcher.pid() + ", page http");

    assertThat(Files.readAllLines(installation.err()))
        .singleElement()
        .asString()
        .contains("end it with Ctrl-C there or ./isotherm stop, or use another folder with --data");

    launcher.destroy();
    assertThat(status(launcher)).isEqualTo(143);
    assertThat(children).noneMatch(ProcessHandle::isAlive);

    assertThat(status(installation.run("status"))).isEqualTo(1);
    assertThat(Files.readAllLines(installation.err()))
        .singleElement()
        .asString()
        .startsWith("isotherm status: nothing runs with data folder " + installation.data());
  }

  private static int status(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
