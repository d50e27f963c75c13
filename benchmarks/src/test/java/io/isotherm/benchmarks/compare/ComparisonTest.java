package io.isotherm.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.isotherm.benchmarks.command.Console;
import io.isotherm.benchmarks.machine.Host;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.solvers.CpuKernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

  private static final Machine QUIET = machine(0.1, Optional.empty(), Optional.empty());

  @TempDir private Path folder;

  @Test
  void timesAreMediansPerLayerAndTheShareIsTheFloorOverTimeAndPeak() {
    // Given
    Workload workload = Workload.parse("1024x1024", 1);
    long unit = workload.units();
    List<Lap> ours = List.of(lap(70, unit), lap(50, unit), lap(60, unit));
    List<Lap> theirs = List.of(lap(280, unit), lap(150, unit), lap(180, unit));
    // (1024³ + 4/3 1024³) / 60 ms = 41.76 GFLOP/s
    Row row = new Row(workload, ours, List.of(new Pairing("torch", ours, theirs)), 0.5, 0, 2e-9);

    // When
    List<String> lines = report(QUIET, List.of(row), Map.of(), 83.51).lines();

    // Then
    assertThat(cells(lines, "1024x1024"))
        .containsExactly(
            "1024x1024",
            "1",
            "60.0",
            "120",
            "50 %",
            "50 %",
            "2e-09",
            "torch",
            "180",
            "360",
            "3.00",
            "3.00–4.00",
            "3.00",
            "0e+00");
  }

  @Test
  void namesTheMachineTheVersionsAndTheCommand() {
    assertThat(report(QUIET, List.of(), Map.of(), 183).lines())
        .startsWith(
            "- command: `benchmarks/compare --repeat 2`",
            "- machine: EPYC, 2 cores; OpenJDK 17",
            "- kernels: OpenBLAS 0.3.31 with kernels for Zen (OPENBLAS_CORETYPE is not set), our own"
                + " with vectors of 256 bits",
            "- sgemm reaches 93 GFLOP/s on one thread, 183 on all workers at once",
            "- isotherm: solver lapack, 2 workers of one thread",
            "- load average before the start: 0.10");
  }

  @Test
  void rowWithoutOpponentKeepsOurNumbers() {
    Workload workload = Workload.parse("1024x1024", 1);
    Row row = new Row(workload, List.of(lap(60, 1)), List.of(), 1, 1, Double.NaN);

    List<String> lines =
        report(QUIET, List.of(row), Map.of("torch", "python3 does not start"), 100).lines();

    assertThat(cells(lines, "1024x1024"))
        .startsWith("1024x1024", "1", "60.0", "120", "42 %", "100 %", "–", "–");
    assertThat(lines)
        .endsWith(
            "- torch is left out: python3 does not start",
            "- 1024x1024: 1 of 1 layers have no alpha");
  }

  @Test
  void busyMachineIsSaid() {
    Machine busy = machine(1.5, Optional.empty(), Optional.empty());

    assertThat(report(busy, List.of(), Map.of(), 183).lines())
        .endsWith("- the machine was busy before the start (load average 1.50): expect noise");
    assertThat(QUIET.host().warning()).isEmpty();
  }

  @Test
  void kernelsThatTheReaderDoesNotHaveAreSaid() {
    Machine slow = machine(0.1, Optional.of("Prescott"), Optional.of("the processor can do more"));

    List<String> lines = report(slow, List.of(), Map.of(), 183).lines();

    assertThat(lines)
        .anyMatch(line -> line.contains("(OPENBLAS_CORETYPE is set to Prescott)"))
        .endsWith("- the processor can do more");
  }

  @Test
  void jsonHoldsEveryLap() throws IOException {
    Workload workload = Workload.parse("1024x1024", 1);
    List<Lap> ours = List.of(lap(60, 1));
    List<Lap> theirs = List.of(lap(180, 1));
    Row row =
        new Row(workload, ours, List.of(new Pairing("torch", ours, theirs)), 1, 0, Double.NaN);
    Path file = folder.resolve("report.json");

    Console console = new Console(Compare.commandLine().getCommandSpec());
    console.write(ComparisonJson.of(report(QUIET, List.of(row), Map.of(), 100)), file);

    JsonNode read = new ObjectMapper().readTree(file.toFile());
    JsonNode first = read.path("rows").path(0);
    assertThat(first.path("workload").asText()).isEqualTo("1024x1024");
    assertThat(first.path("laps").path(0).path("wallNanos").asLong()).isEqualTo(60_000_000);
    assertThat(first.path("alphaOffBy").isNull()).isTrue();
    assertThat(first.path("pairings").path(0).path("timesFaster").asDouble()).isEqualTo(3);
    assertThat(first.path("pairings").path(0).path("theirs").path(0).path("cpuNanos").asLong())
        .isEqualTo(360_000_000);
  }

  private static Machine machine(double load, Optional<String> coreType, Optional<String> warning) {
    return new Machine(
        new Host("EPYC", 2, "OpenJDK 17", load),
        new CpuKernels("EPYC", "0.3.31", "Zen", 256, 93, warning),
        coreType);
  }

  private static Comparison report(
      Machine machine, List<Row> rows, Map<String, String> leftOut, double peak) {
    return new Comparison(
        "benchmarks/compare --repeat 2",
        machine,
        Map.of("isotherm", "solver lapack, 2 workers of one thread"),
        peak,
        rows,
        leftOut);
  }

  private static Lap lap(long millis, long units) {
    return new Lap(millis * 1_000_000 * units, 2 * millis * 1_000_000 * units, List.of(2.5));
  }

  private static List<String> cells(List<String> lines, String workload) {
    String row =
        lines.stream().filter(line -> line.startsWith("| " + workload)).findFirst().orElseThrow();
    return List.of(row.substring(2, row.length() - 2).strip().split("\\s+\\|\\s+"));
  }
}
