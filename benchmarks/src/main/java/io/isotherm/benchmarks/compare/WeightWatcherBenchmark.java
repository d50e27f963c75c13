package io.isotherm.benchmarks.compare;

import io.isotherm.benchmarks.command.Console;
import io.isotherm.benchmarks.machine.Host;
import io.isotherm.benchmarks.table.MarkdownTable;
import io.isotherm.benchmarks.workload.WeightFile;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code benchmarks/weightwatcher}. */
@Command(
    name = "benchmarks/weightwatcher",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Analyses the same checkpoint with ./isotherm analyze --estimator weightwatcher and with"
          + " WeightWatcher in Python, in turns, and prints a table in Markdown.",
      "Each time is that of a whole process, from its start to its end: the start of the JVM or of"
          + " Python, reading the file, and all layers."
    })
public final class WeightWatcherBenchmark implements Callable<Integer> {

  private static final String SCRIPT = "watch_layers.py";
  private static final double NANOS_PER_SECOND = 1e9;

  @Spec private CommandSpec spec;

  @Option(names = "--project", required = true, hidden = true)
  private Path project;

  @Option(
      names = "--layers",
      paramLabel = "WORKLOAD",
      defaultValue = "gpt2-small",
      description =
          "Matrices of the checkpoint: a layer set of matrices, or [COUNT*]SHAPE. Default:"
              + " ${DEFAULT-VALUE}.")
  private String layers;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rounds, after one that is not counted. Default: ${DEFAULT-VALUE}.")
  private int repeat;

  @Option(
      names = "--quick",
      description = "One round and none before: to see that everything works, not for numbers.")
  private boolean quick;

  @Option(
      names = "--python",
      paramLabel = "PATH",
      defaultValue = "python3",
      description = "A Python with torch and weightwatcher. Default: ${DEFAULT-VALUE}.")
  private String python;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the weights. Default: ${DEFAULT-VALUE}.")
  private long seed;

  /** Exits with 0 if both were measured, 1 if one of them fails, and 2 for bad options. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return Console.commandLine(new WeightWatcherBenchmark());
  }

  @Override
  public Integer call() throws IOException, InterruptedException, ContestantException {
    if (repeat < 1) {
      throw new ParameterException(spec.commandLine(), "--repeat must be 1 or more");
    }
    Workload workload = workload();
    Host host = Host.look();
    host.warning().ifPresent(console()::say);
    try (TemporaryFolder folder = new TemporaryFolder()) {
      Path checkpoint = checkpoint(folder.path(), workload);
      AnalysisProcess ours =
          new AnalysisProcess(
              List.of(
                  project.resolve("isotherm").toString(),
                  "analyze",
                  "--estimator",
                  "weightwatcher",
                  "--json",
                  checkpoint.toString()),
              folder.path());
      AnalysisProcess theirs =
          new AnalysisProcess(
              List.of(python, script(folder.path()).toString(), checkpoint.toString()),
              folder.path());
      if (!quick) {
        ours.run();
        theirs.run();
      }
      List<Lap> oursLaps = new ArrayList<>();
      List<Lap> theirsLaps = new ArrayList<>();
      for (int round = 0; round < (quick ? 1 : repeat); round++) {
        oursLaps.add(ours.run());
        theirsLaps.add(theirs.run());
      }
      print(host, workload, new Pairing("weightwatcher", oursLaps, theirsLaps));
    }
    return CommandLine.ExitCode.OK;
  }

  private Console console() {
    return new Console(spec);
  }

  private Workload workload() {
    Workload workload;
    try {
      workload = Workload.parse(layers, 1);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--layers: " + e.getMessage(), e);
    }
    if (workload.layers().stream().anyMatch(shape -> shape.dimensions().size() != 2)) {
      throw new ParameterException(
          spec.commandLine(), "--layers: must be matrices alone, got: " + layers);
    }
    return workload;
  }

  private Path checkpoint(Path folder, Workload workload) throws IOException {
    Path checkpoint = folder.resolve("checkpoint.safetensors");
    try (WeightFile weights = WeightFile.write(folder, workload, seed)) {
      List<SafeTensor> named = new ArrayList<>();
      for (SafeTensor layer : weights.load()) {
        named.add(
            new SafeTensor(
                String.format(Locale.ROOT, "blocks.%03d.weight", named.size()),
                layer.dtype(),
                layer.shape(),
                Map.of(),
                layer.data()));
      }
      SafetensorsFile.write(checkpoint, Map.of(), named);
    }
    return checkpoint;
  }

  private static Path script(Path folder) throws IOException {
    Path script = folder.resolve(SCRIPT);
    try (InputStream source = WeightWatcherBenchmark.class.getResourceAsStream(SCRIPT)) {
      Files.copy(source, script);
    }
    return script;
  }

  private void print(Host host, Workload workload, Pairing pairing) {
    List<String> lines = new ArrayList<>();
    lines.add("- command: `" + console().invocation() + "`");
    lines.add(
        String.format(
            Locale.ROOT, "- machine: %s, %d cores; %s", host.cpu(), host.cores(), host.java()));
    lines.add(String.format(Locale.ROOT, "- load average before the start: %.2f", host.load()));
    lines.add("");
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "checkpoint",
                "layers",
                "isotherm s",
                "CPU s",
                "weightwatcher s",
                "its CPU s",
                "times faster",
                "from–to",
                "α apart"));
    List<Double> ratios = pairing.wallRatios();
    table.add(
        List.of(
            workload.name(),
            String.valueOf(workload.layers().size()),
            seconds(pairing.ours().stream().map(Lap::wallNanos)),
            seconds(pairing.ours().stream().map(Lap::cpuNanos)),
            seconds(pairing.theirs().stream().map(Lap::wallNanos)),
            seconds(pairing.theirs().stream().map(Lap::cpuNanos)),
            String.format(Locale.ROOT, "%.2f", Statistics.median(ratios)),
            String.format(Locale.ROOT, "%.2f–%.2f", ratios.get(0), ratios.get(ratios.size() - 1)),
            String.format(Locale.ROOT, "%.0e", pairing.alphaDifference())));
    lines.addAll(table.lines());
    console().print(lines);
  }

  private static String seconds(Stream<Long> nanos) {
    return String.format(
        Locale.ROOT,
        "%.2f",
        Statistics.median(nanos.map(each -> each / NANOS_PER_SECOND).toList()));
  }
}
