package io.isotherm.benchmarks.compare;

import io.isotherm.benchmarks.command.Console;
import io.isotherm.benchmarks.workload.WeightFile;
import io.isotherm.benchmarks.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code benchmarks/compare}. */
@Command(
    name = "benchmarks/compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Computes the alphas of the same layers with this engine and with Python, in turns, and prints"
          + " a table in Markdown.",
      "Times are medians from bytes in memory to alphas; progress goes to the standard error."
    })
public final class Compare implements Callable<Integer> {

  private static final String DEFAULT_SHAPES =
      "128x128,512x512,512x512x3x3,768x2304,768x3072,2048x2048,4096x4096,200*64x64,200*128x128,"
          + "resnet-18,vgg-16,wrn-16-8,gpt2-small,4*resnet-18,4*vgg-16,4*wrn-16-8,"
          + "512x512/decaying,resnet-18/decaying,gpt2-small/decaying";

  @Spec private CommandSpec spec;

  @Option(
      names = "--shapes",
      split = ",",
      paramLabel = "WORKLOAD",
      defaultValue = DEFAULT_SHAPES,
      description = {
        "What to compute: [COUNT*]WHAT[/WEIGHTS], separated by commas. WHAT is a shape (768x3072,"
            + " 512x512x3x3) or a layer set (resnet-18, vgg-16, wrn-16-8, gpt2-small); WEIGHTS are"
            + " trained (default) or decaying, which need double precision. A shape without a COUNT"
            + " is timed per layer, in a batch. Default: one of each that matters."
      })
  private List<String> shapes;

  @Option(
      names = "--against",
      split = ",",
      paramLabel = "OPPONENT",
      defaultValue = "torch,numpy",
      description = "Any of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private List<Opponent> against;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "3",
      description = "Least number of rounds per workload. Default: ${DEFAULT-VALUE}.")
  private int repeat;

  @Option(
      names = "--quick",
      description = "One round without warm-up: to see that everything works, not for numbers.")
  private boolean quick;

  @Option(
      names = "--python",
      paramLabel = "PATH",
      defaultValue = "python3",
      description = "Which Python runs the other side. Default: ${DEFAULT-VALUE}.")
  private String python;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Workers of this engine, and threads (or processes) of the other side. Default: one worker"
              + " per core, and what the other side takes by itself.")
  private Integer threads;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the weights. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes everything there too, with every single lap.")
  private Path json;

  /** Exits with 0 if this engine was measured, with or without opponents, and 2 for bad options. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return Console.commandLine(new Compare()).registerConverter(Opponent.class, Opponent::parse);
  }

  @Override
  public Integer call() throws IOException, InterruptedException, ContestantException {
    if (repeat < 1 || (threads != null && threads < 1)) {
      throw new ParameterException(spec.commandLine(), "--repeat and --threads must be 1 or more");
    }
    int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    OptionalInt theirThreads = threads == null ? OptionalInt.empty() : OptionalInt.of(threads);
    List<Workload> workloads = workloads(workers);
    Machine machine = Machine.look();
    machine.kernels().warning().ifPresent(console()::say);
    machine.host().warning().ifPresent(console()::say);
    try (TemporaryFolder folder = new TemporaryFolder();
        Isotherm engine = new Isotherm(workers);
        Opponents opponents = Opponents.start(folder.path(), python, against, theirThreads)) {
      opponents
          .leftOut()
          .forEach((name, reason) -> console().say(name + " is left out: " + reason));
      Race race = new Race(engine, opponents, quick ? Pace.QUICK : Pace.ofRounds(repeat));
      prepare(race, folder.path(), workers);
      List<Row> rows = new ArrayList<>();
      double peak = 0;
      for (Workload workload : workloads) {
        peak = Math.max(peak, GemmPeak.gigaflops(workers));
        try (WeightFile weights = WeightFile.write(folder.path(), workload, seed)) {
          rows.add(race.run(weights));
        }
        console().say(progress(rows, workloads.size()));
      }
      finish(
          new Comparison(
              console().invocation(),
              machine,
              contestants(engine, opponents),
              peak,
              rows,
              opponents.leftOut()));
    }
    return CommandLine.ExitCode.OK;
  }

  private Console console() {
    return new Console(spec);
  }

  private void prepare(Race race, Path folder, int workers)
      throws IOException, ContestantException {
    try (WeightFile weights = WeightFile.write(folder, Workload.warmUp(workers), seed)) {
      race.prepare(weights);
    }
  }

  private List<Workload> workloads(int workers) {
    List<Workload> workloads = new ArrayList<>();
    for (String shape : shapes) {
      try {
        workloads.add(Workload.parse(shape.strip(), workers));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), "--shapes: " + e.getMessage(), e);
      }
    }
    return workloads;
  }

  private static Map<String, String> contestants(Isotherm engine, Opponents opponents) {
    Map<String, String> descriptions = new LinkedHashMap<>();
    descriptions.put(engine.name(), engine.description());
    descriptions.putAll(opponents.descriptions());
    return descriptions;
  }

  private void finish(Comparison comparison) throws IOException {
    console().print(comparison.lines());
    if (json != null) {
      console().write(ComparisonJson.of(comparison), json);
    }
  }

  private static String progress(List<Row> rows, int total) {
    Row row = rows.get(rows.size() - 1);
    String pairs =
        row.pairings().stream()
            .map(
                pairing ->
                    String.format(
                        Locale.ROOT,
                        ", %.2f times faster than %s",
                        Statistics.median(pairing.wallRatios()),
                        pairing.opponent()))
            .collect(Collectors.joining());
    return String.format(
        Locale.ROOT,
        "%d/%d %s: %.2f ms%s",
        rows.size(),
        total,
        row.workload().name(),
        row.millis(row.laps(), Lap::wallNanos),
        pairs);
  }
}
