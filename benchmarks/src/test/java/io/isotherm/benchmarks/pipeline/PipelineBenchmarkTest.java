package io.isotherm.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.benchmarks.command.Console;
import io.isotherm.benchmarks.machine.Host;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class PipelineBenchmarkTest {

  private static final Host HOST = new Host("EPYC", 2, "OpenJDK 17", 0.1);

  @TempDir private Path folder;
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "--rounds, 0, --rounds and each of --workers must be 1 or more",
    "--workers, '1,0', --rounds and each of --workers must be 1 or more",
    "--networks, bert, 'Invalid value for option ''--networks'' (LIST): layer set must be one of"
        + " resnet-18, vgg-16, wrn-16-8, gpt2-small, llama-7b-block, llama-7b, got: ''bert'''",
  })
  void refusesBadOptionsInOneLine(String option, String value, String message) {
    int status =
        PipelineBenchmark.commandLine()
            .setErr(new PrintWriter(err))
            .execute("--project=.", option, value);

    assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString().lines().findFirst()).hasValue(message);
  }

  @Test
  void networkIsReadWithTheTypeOfItsWeights() {
    Network network = Network.parse("2*40x60:bf16");

    assertThat(network.dtype()).isEqualTo(DType.BF16);
    assertThat(network.workload().layers()).hasSize(2);
    assertThat(network).hasToString("2*40x60:bf16");
    assertThat(Network.parse("resnet-18").dtype()).isEqualTo(DType.F32);
  }

  @Test
  void weightsInSixteenBitsAreTheUpperHalvesOfThoseInThirtyTwo() {
    List<SafeTensor> floats = LayerBytes.of(Network.parse("1*4x6").workload(), DType.F32).tensors();
    List<SafeTensor> halves =
        LayerBytes.of(Network.parse("1*4x6").workload(), DType.BF16).tensors();

    for (int i = 0; i < 24; i++) {
      assertThat(halves.get(0).data().getShort(2 * i))
          .isEqualTo((short) (floats.get(0).data().getInt(4 * i) >>> 16));
    }
  }

  @Test
  void trialIsShownWithItsShareOfTheBareSolverAndItsWays() throws IOException {
    Trial.Result trial =
        new Trial.Result(
            "resnet-18",
            2,
            44L << 20,
            new Lap(0.18, 0.3),
            new Lap(0.2, 0.4),
            IntStream.range(0, 100).mapToObj(i -> new Passage.Way(10 + i, 4)).toList(),
            new Trial.Spent(0.03, 1.02),
            new Trial.Spent(0.05, 1.5),
            2.25,
            400L << 20);
    PipelineReport report = report(List.of(trial), List.of(), List.of());

    assertThat(report.lines())
        .startsWith(
            "- command: `benchmarks/pipeline --rounds 3`",
            "- machine: EPYC, 2 cores; OpenJDK 17",
            "- services on 0",
            "- load average before the start: 0.10, at the end: 1.50")
        .anyMatch(
            line ->
                line.matches(
                    "\\| resnet-18 \\| +2 \\| +44 \\| +0.18 \\| +0.20 \\| +90 % \\| +75 % \\| +56.0 \\| +105.0 \\|"
                        + " +60.0 \\| +109.0 \\| +0.03 \\| +0.05 \\| +1.02 \\| +1.50 \\| +2.25 \\|"
                        + " +400 \\|"));
    Path json = folder.resolve("report.json");
    Console console = new Console(PipelineBenchmark.commandLine().getCommandSpec());
    console.write(report, json);
    assertThat(Files.readString(json)).contains("\"share\" : 0.8", "\"totalMillis\" : 10.0");
  }

  @Test
  void producersAndFloodsHaveTablesOfTheirOwn() {
    ProducerTrial.Result producer =
        new ProducerTrial.Result(
            new ProducerTrial.Settings(960 << 10, "none", 1_000_000, 5, "all"),
            401.4,
            0.61,
            0.52,
            1.01,
            1.001);
    Flood.Result flood =
        new Flood.Result(
            "llama-7b:bf16",
            226,
            12_853L << 20,
            60,
            1_500,
            226,
            List.of(900L << 20, 2_000L << 20, 2_100L << 20),
            2_200L << 20);

    assertThat(report(List.of(), List.of(producer), List.of(flood)).lines())
        .anyMatch(
            line ->
                line.matches(
                    "\\| 960, none, 976, 5, all +\\| +401 \\| +0.61 \\| +0.52 \\| +1.01 \\| +1.001 \\|"))
        .anyMatch(
            line ->
                line.matches(
                    "\\| llama-7b:bf16 +\\| +226 \\| +12853 \\| +60 \\| +1500 \\| +226 \\| +2000 \\|"
                        + " +2200 \\|"))
        .noneMatch(line -> line.contains("share"));
  }

  private static PipelineReport report(
      List<Trial.Result> trials, List<ProducerTrial.Result> producers, List<Flood.Result> floods) {
    return new PipelineReport(
        "benchmarks/pipeline --rounds 3", HOST, 1.5, "services on 0", trials, producers, floods);
  }
}
