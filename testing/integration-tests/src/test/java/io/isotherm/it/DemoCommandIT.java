package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.isotherm.it.IsothermCommand.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command line as a user meets it: its output and its exit status. Started without the script,
 * which would build while the tests run.
 */
class DemoCommandIT {

  @TempDir Path directory;

  @Test
  void theDemoTrainsWritesItsReportAndLeavesNoProcessBehind() throws Exception {
    Path report = directory.resolve("out.json");

    Result result =
        isotherm(
            "demo",
            "--epochs",
            "1",
            "--kafka-port",
            "0",
            "--http-port",
            "0",
            "--report",
            report.toString());

    assertThat(result.status()).as(result.output()).isZero();
    JsonNode json = new ObjectMapper().readTree(report.toFile());
    assertThat(json.path("decisions")).isNotEmpty();
    assertThat(json.at("/decisions/0/layers")).isNotEmpty();
    assertThat(json.at("/summary")).isNotEmpty();
    assertThat(result.output()).containsIgnoringCase("accuracy").containsIgnoringCase("stall");
    assertThat(processesOf(directory)).isEmpty();
  }

  @Test
  void aWrongFlagIsOneLineAndStatus2() throws Exception {
    Result result = isotherm("demo", "--epoch", "1");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.output()).contains("--epoch").doesNotContain("\tat ");
    assertThat(result.output().strip().lines().count()).isLessThanOrEqualTo(2);
  }

  @Test
  void aPortInUseIsOneLineAndNothingIsStarted() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Result result =
          isotherm(
              "demo", "--kafka-port", Integer.toString(taken.getLocalPort()), "--http-port", "0");

      assertThat(result.status()).isNotZero();
      assertThat(result.output()).contains(Integer.toString(taken.getLocalPort()));
      assertThat(result.output().strip().lines().count()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void aReportThatCannotBeWrittenIsSaidBeforeAnythingIsTrained() throws Exception {
    Result result =
        isotherm(
            "demo",
            "--kafka-port",
            "0",
            "--http-port",
            "0",
            "--report",
            directory.resolve("missing/out.json").toString());

    assertThat(result.status()).isNotZero();
    assertThat(result.output()).contains("missing/out.json").doesNotContain("\tat ");
  }

  @Test
  void aBrokerThatIsNotThereIsOneLine() throws Exception {
    Result result = isotherm("topics", "--bootstrap-servers", "127.0.0.1:1");

    assertThat(result.status()).isNotZero();
    assertThat(result.output()).contains("127.0.0.1:1").doesNotContain("\tat ");
  }

  @Test
  void statusSaysInOneLineThatNothingRuns() throws Exception {
    Result result = isotherm("status", "--data", directory.resolve("never-started").toString());

    assertThat(result.status()).isNotZero();
    assertThat(result.output().strip().lines().count()).isEqualTo(1);
  }

  private Result isotherm(String... arguments) throws IOException, InterruptedException {
    return IsothermCommand.run(directory, arguments);
  }

  /** Processes of this machine that name {@code directory} on their command line. */
  private static List<String> processesOf(Path directory) {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(directory.toString()))
        .toList();
  }
}
