package io.isotherm.benchmarks.stages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs; how fast is for {@code benchmarks/jmh} to say. */
class StagesTest {

  @Test
  void everyBenchmarkRunsOnceOnADenseLayerAndOnAConvolution() throws RunnerException {
    Options once =
        new OptionsBuilder()
            .param("shape", "24x16", "8x12x3x3")
            .mode(Mode.SingleShotTime)
            .warmupIterations(0)
            .measurementIterations(1)
            .forks(0)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();

    Collection<RunResult> results = new Runner(once).run();

    assertThat(results)
        .extracting(result -> result.getParams().getBenchmark())
        .contains(
            LayerBenchmark.class.getName() + ".analyse",
            BlasBenchmark.class.getName() + ".tridiagonalisation",
            ReadingBenchmark.class.getName() + ".scanAndCopyToFloats",
            FitBenchmark.class.getName() + ".median");
    assertThat(StageTable.lines(results))
        .hasSizeGreaterThan(8)
        .first(InstanceOfAssertFactories.STRING)
        .matches("\\| ms +\\| +24x16 \\| +8x12x3x3 \\|");
    assertThat(StageTable.lines(results))
        .filteredOn(line -> line.startsWith("| Eigenvalues.eigenvalues FP64 "))
        .singleElement(InstanceOfAssertFactories.STRING)
        .doesNotContain("–");
    assertThat(results)
        .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
  }
}
