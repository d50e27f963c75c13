package io.isotherm.benchmarks.stages;

import io.isotherm.benchmarks.table.MarkdownTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks and prints one table in Markdown: a stage per line, a shape per column,
 * milliseconds on one thread. Takes JMH's own options; its own defaults are short.
 */
public final class StageTable {

  private static final double MICROS_PER_MILLI = 1e3;

  /** Vector kernels are a hundred times slower until the compiler is done with them. */
  private static final TimeValue WARM_UP = TimeValue.seconds(1);

  private static final int WARM_UPS = 2;
  private static final TimeValue ITERATION = TimeValue.milliseconds(300);
  private static final int ITERATIONS = 3;

  private StageTable() {}

  /** Progress goes to the standard error, the table to the standard output. */
  public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
    CommandLineOptions given = new CommandLineOptions(arguments);
    Options options =
        new OptionsBuilder()
            .parent(given)
            .forks(given.getForkCount().orElse(1))
            .warmupIterations(given.getWarmupIterations().orElse(WARM_UPS))
            .warmupTime(given.getWarmupTime().orElse(WARM_UP))
            .measurementIterations(given.getMeasurementIterations().orElse(ITERATIONS))
            .measurementTime(given.getMeasurementTime().orElse(ITERATION))
            .timeUnit(TimeUnit.MICROSECONDS)
            .shouldFailOnError(true)
            .build();
    Runner runner =
        new Runner(
            options, OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL));
    lines(runner.run()).forEach(System.out::println);
  }

  /** The table of results in microseconds. */
  static List<String> lines(Collection<RunResult> results) {
    Set<String> shapes = new LinkedHashSet<>();
    Map<String, Map<String, Double>> stages = new LinkedHashMap<>();
    for (RunResult result : results) {
      String shape = result.getParams().getParam("shape");
      shapes.add(shape);
      stages
          .computeIfAbsent(stage(result), name -> new LinkedHashMap<>())
          .put(shape, result.getPrimaryResult().getScore() / MICROS_PER_MILLI);
    }
    List<String> titles = new ArrayList<>(List.of("ms"));
    titles.addAll(shapes);
    MarkdownTable table = new MarkdownTable(titles);
    stages.forEach(
        (stage, times) -> {
          List<String> cells = new ArrayList<>(List.of(stage));
          shapes.forEach(shape -> cells.add(millis(times.get(shape))));
          table.add(cells);
        });
    return table.lines();
  }

  /** As in {@code Blas.gram} or {@code Eigenvalues.eigenvalues FP32}. */
  private static String stage(RunResult result) {
    String[] path = result.getParams().getBenchmark().split("\\.");
    String type = path[path.length - 2].replace("Benchmark", "");
    String stage = type + "." + path[path.length - 1];
    return Stream.of("precision", "dtype")
        .map(result.getParams()::getParam)
        .filter(Objects::nonNull)
        .reduce(stage, (name, value) -> name + " " + value);
  }

  private static String millis(Double time) {
    if (time == null) {
      return "–";
    }
    String format = time < 1 ? "%.3f" : time < 10 ? "%.2f" : time < 100 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, time);
  }
}
