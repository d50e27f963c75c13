package io.isotherm.benchmarks.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.benchmarks.command.Console;
import io.isotherm.benchmarks.machine.Host;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SchedulerBenchmarkTest {

  private static final Host HOST = new Host("EPYC", 2, "OpenJDK 17", 0.1);
  private static final OneInstance.Result ONE =
      new OneInstance.Result(
          3_000,
          150.04,
          15_004,
          0.0042,
          1.25,
          7_500,
          new Latency(80.4, 140),
          300L << 20,
          60L << 20,
          12L << 20,
          120.4);

  @TempDir private Path folder;
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "--runs, 0, '--runs and --epochs must be 1 or more, --layers 1 to 20000'",
    "--epochs, 0, '--runs and --epochs must be 1 or more, --layers 1 to 20000'",
    "--layers, 20001, '--runs and --epochs must be 1 or more, --layers 1 to 20000'",
    "--rate, -1, --rate must not be negative",
    "--rate, NaN, --rate must not be negative",
  })
  void refusesBadOptionsInOneLine(String option, String value, String message) {
    int status =
        SchedulerBenchmark.commandLine()
            .setErr(new PrintWriter(err))
            .execute("--project=.", option, value);

    assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString().lines().findFirst()).hasValue(message);
  }

  @Test
  void withoutASecondPartThereIsOneTable() {
    List<String> lines = report(null).lines();

    assertThat(lines)
        .startsWith(
            "- command: `benchmarks/scheduler --epochs 1`",
            "- machine: EPYC, 2 cores; OpenJDK 17",
            "- load average before the start: 0.10, at the end: 1.50")
        .anyMatch(line -> line.matches("\\| decisions per second +\\| 150.0 \\|"))
        .anyMatch(line -> line.matches("\\| CPU ms per decision +\\| +4.2 \\|"))
        .anyMatch(line -> line.matches("\\| peak resident MiB +\\| +300 \\|"))
        .noneMatch(line -> line.contains("two instances"));
  }

  @Test
  void secondPartSaysWhoHadWhatAndHowLongItTook() throws IOException {
    TreeMap<String, SortedSet<Integer>> partitions = new TreeMap<>();
    partitions.put("scheduler-a", new TreeSet<>(List.of(0, 2, 4)));
    partitions.put("scheduler-b", new TreeSet<>(List.of(1, 3, 5)));
    SchedulerReport report =
        report(
            new Takeover.Result(
                partitions,
                "scheduler-a",
                480,
                7_500,
                new Latency(75, 90),
                14.21,
                25,
                16.5,
                4_000));

    assertThat(report.lines())
        .anyMatch(line -> line.startsWith("| two instances, scheduler-a killed "))
        .anyMatch(line -> line.matches("\\| partitions of scheduler-b +\\| 1 3 5 \\|"))
        .anyMatch(line -> line.matches("\\| seconds to a first decision .* \\| +14.2 \\|"));
    Path json = folder.resolve("report.json");
    Console console = new Console(SchedulerBenchmark.commandLine().getCommandSpec());
    console.write(report, json);
    assertThat(Files.readString(json)).contains("\"firstSeconds\" : 14.21");
  }

  private static SchedulerReport report(Takeover.Result takeover) {
    return new SchedulerReport(
        "benchmarks/scheduler --epochs 1", HOST, 1.5, new Timeline(1_000, 100), ONE, takeover);
  }
}
