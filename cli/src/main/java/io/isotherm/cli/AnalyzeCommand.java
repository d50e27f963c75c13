package io.isotherm.cli;

import io.isotherm.checkpoints.AnalysisSettings;
import io.isotherm.checkpoints.CheckpointAnalysis;
import io.isotherm.checkpoints.CheckpointSource;
import io.isotherm.checkpoints.LayerChoice;
import io.isotherm.checkpoints.PolicyPreview;
import io.isotherm.checkpoints.Resources;
import io.isotherm.checkpoints.UnknownLayerException;
import io.isotherm.checkpoints.layers.WeightLayout;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.Glob;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.solvers.CpuKernels;
import io.isotherm.solvers.SolverChoice;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code analyze}: the layers of a checkpoint, without a broker or a service. */
@Command(
    name = "analyze",
    description = {
      "Shows how well each layer of a checkpoint is trained.",
      "",
      "Prints a line per layer as it is done, in the file's order: alpha, the exponent of the power"
          + " law that the largest eigenvalues of the layer's weights follow; KS, its distance from"
          + " them; the spectral norm (squared, as the papers have it); the stable rank; and a"
          + " verdict where alpha is below 2 (over-trained) or above 6 (under-trained). Layers are"
          + " matrices and convolutions; embeddings, norms and biases are left out.",
      "",
      "With --policy and --learning-rate it shows what a policy would set each layer to, once all"
          + " layers are done: factor, learningRate, and weightDecayFactor where the policy changes"
          + " weight decay. Layers that stay at the base rate have factor 1. The first and the last"
          + " layer, which the summary names, are those of the file's order; where the file is sorted"
          + " by name, what is known of networks' parts orders them (encoders before decoders, queries"
          + " before outputs, heads last), and config.json beside the file says whether the embedding"
          + " is the head too. Where that leaves the first or the last layer open and the policy"
          + " leaves it alone, --first and --last must name it. A layer's block is the first whole number between two"
          + " dots of its name; a policy's patterns fit a name with or without .weight. What a policy"
          + " does over time (ramp, smoothing, window, interval) has no meaning for one checkpoint and"
          + " is left out.",
      "",
      "With --json it prints one object per layer, and a last one with the summary (coverage, and"
          + " the alphas of each stack). What a layer does not have is null; numbers that are not finite are \"inf\", \"-inf\" and \"nan\".",
      "",
      "Weights that are stored in parts are put together first, and the table says how (column"
          + " formed): weight norm, spectral norm, pruning masks, LoRA pairs (B*A with its scale), and"
          + " quantised weights (FP8, INT8, INT4, NF4, MXFP4, NVFP4). What cannot be formed is skipped"
          + " with the reason. Layers with fewer than 10 eigenvalues are shown, and count for no mean,"
          + " median or verdict. Experts that share a tensor are measured one by one.",
      "",
      "Shapes are shown in PyTorch's order, whoever has written the file; ? behind one says that its"
          + " axes are a guess (see --layout). The summary says which share of the parameters was"
          + " measured, and what was not.",
      "",
      "Exit status 0 if every layer has an outcome (analysed, skipped or failed), 1 if the solver or"
          + " the plots fail, 2 for a file that cannot be read or a wrong command line, 3 if no layer"
          + " was measured or, with --partial, a part of the checkpoint is missing.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    modelTransformer = ParameterOptions.Added.class,
    sortOptions = false)
final class AnalyzeCommand implements Callable<Integer>, ParameterOptions.Owner {

  private static final int UNREADABLE = 2;
  private static final int MAX_THREADS = 1024;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description =
          "a .safetensors file, the .index.json of a sharded checkpoint, or a folder with one of them,"
              + " such as a model's in Hugging Face's cache")
  private Path file;

  @Option(
      names = "--base",
      paramLabel = "FILE",
      description =
          "for a LoRA adapter, the network that it was made for: the layers that it changes are"
              + " analysed as W + B*A instead of B*A")
  private Optional<Path> base;

  @Option(
      names = "--partial",
      description =
          "analyse what is there of a checkpoint whose index names files or tensors that are missing")
  private boolean partial;

  private final ParameterOptions<EstimatorSpec> estimator = ChoosingOptions.estimator();
  private final ParameterOptions<PolicySpec> policy = ChoosingOptions.policy();

  @Option(
      names = "--learning-rate",
      paramLabel = "L",
      description = "with --policy, the base rate that the factors are multiplied with")
  private Optional<Double> learningRate;

  @Option(
      names = "--first",
      paramLabel = "LAYER",
      description = "with --policy, the network's first layer, where nothing else says which it is")
  private Optional<String> first;

  @Option(
      names = "--last",
      paramLabel = "LAYER",
      description = "the same of the last layer; a tied head is its embedding")
  private Optional<String> last;

  @Option(
      names = "--precision",
      paramLabel = "MODE",
      defaultValue = "mixed",
      converter = PrecisionConverter.class,
      description =
          "mixed: fp32 where a certificate says that alpha is right to 1e-4, else fp64; double: fp64"
              + " (default: ${DEFAULT-VALUE})")
  private PrecisionMode precision;

  @Option(
      names = "--solver",
      paramLabel = "NAME",
      converter = SolverConverter.class,
      description =
          "computes the eigenvalues: lapack, cusolver on an NVIDIA GPU, nd4j, or reference, which is"
              + " slow (default: cusolver where there is a GPU with CUDA 12 or 13, else lapack)")
  private Optional<SolverKind> solver;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "layers that are analysed at once (default: the number of cores, or 8 on a GPU, but at most"
              + " one for each 192 MiB of --memory)")
  private Optional<Integer> threads;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = MemoryConverter.class,
      description =
          "what tensors and solvers may take outside of Java's heap, for example 8G; layers wait for"
              + " one another where it is short, and one that needs more fails (default: a quarter of"
              + " the machine's, or 1536M where that is at most half)")
  private Optional<Long> memory;

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description =
          "analyse these tensors too, for example '*embed*'; * stands for any characters; may be"
              + " repeated")
  private List<String> include = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = "do not analyse these tensors; counts more than --include; may be repeated")
  private List<String> exclude = List.of();

  @Option(
      names = "--layout",
      paramLabel = "NAME",
      converter = LayoutConverter.class,
      description =
          "whose order the axes of the weights have: pytorch [out, in, kH, kW], flax or tensorflow"
              + " [kH, kW, in, out], or mlx [out, kH, kW, in] (default: found out from the file's"
              + " metadata, names and shapes)")
  private Optional<WeightLayout> layout;

  @Option(
      names = "--plot",
      paramLabel = "DIR",
      description =
          "write a PNG of each layer's spectrum and fit, and one of alpha over depth, to this folder")
  private Optional<Path> plots;

  @Option(
      names = "--json",
      description = "print one JSON object per layer, and one with the summary; nothing else")
  private boolean json;

  @Option(names = "--verbose", description = "name every tensor that was left out, in the summary")
  private boolean verbose;

  @Override
  public List<ParameterOptions<?>> parameters() {
    return List.of(estimator, policy);
  }

  private EstimatorSpec estimator() {
    return estimator.chosen().orElse(EstimatorSpec.DEFAULT);
  }

  @Override
  public Integer call() throws InterruptedException {
    SolverChoice choice = solver.map(SolverChoice::named).orElseGet(SolverChoice::ofThisMachine);
    AnalysisSettings settings =
        new AnalysisSettings(
            estimator(),
            precision,
            choice.kind(),
            resources(choice.kind()),
            new LayerChoice(
                include.stream().map(Glob::of).toList(),
                exclude.stream().map(Glob::of).toList(),
                layout),
            plots,
            preview(),
            verbose);
    try {
      CheckpointAnalysis analysis =
          CheckpointAnalysis.of(new CheckpointSource(file, base, partial), settings);
      analysis.warnings().forEach(this::warn);
      if (choice.kind() == SolverKind.CUSOLVER) {
        warn("eigenvalues by cusolver, " + choice.reason());
      }
      Terminal terminal = Terminal.standardOutput(System.getenv());
      int status = json ? analysis.printJson(terminal) : analysis.printTable(terminal);
      CpuKernels.known().flatMap(CpuKernels::warning).ifPresent(this::warn);
      return status;
    } catch (IOException | MalformedSafetensorsException | UnknownLayerException e) {
      spec.commandLine().getErr().printf("isotherm analyze: %s%n", e.getMessage());
      return UNREADABLE;
    }
  }

  private void warn(String warning) {
    spec.commandLine().getErr().printf("isotherm analyze: %s%n", warning);
  }

  private Optional<PolicyPreview> preview() {
    Optional<PolicySpec> chosen = policy.chosen();
    if (chosen.isPresent() != learningRate.isPresent()) {
      throw refused(
          chosen.isPresent() ? "--policy needs --learning-rate" : "--learning-rate needs --policy");
    }
    if (chosen.isEmpty() && (first.isPresent() || last.isPresent())) {
      throw refused((first.isPresent() ? "--first" : "--last") + " needs --policy");
    }
    chosen.ifPresent(some -> ChoosingOptions.requireReported(spec, some, estimator()));
    try {
      return chosen.map(some -> new PolicyPreview(some, learningRate.orElseThrow(), first, last));
    } catch (IllegalArgumentException e) {
      throw refused("--" + e.getMessage());
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Resources resources(SolverKind kind) {
    long bytes = memory.orElseGet(MemoryBudget::usualBytes);
    int count =
        threads.orElseGet(
            () -> MemoryBudget.ofThisProcess(bytes, "--memory").workers(kind.usualWorkers()));
    if (count < 1 || count > MAX_THREADS) {
      throw refused("--threads must be from 1 to %d, got: %d".formatted(MAX_THREADS, count));
    }
    return new Resources(count, bytes);
  }

  /** Reads {@code --precision}. */
  static final class PrecisionConverter extends LabelConverter<PrecisionMode> {
    PrecisionConverter() {
      super(PrecisionMode.class);
    }
  }

  /** Reads {@code --layout}. */
  static final class LayoutConverter extends LabelConverter<WeightLayout> {
    LayoutConverter() {
      super(WeightLayout.class);
    }
  }

  /** Reads {@code --solver}. */
  static final class SolverConverter implements ITypeConverter<SolverKind> {
    @Override
    public SolverKind convert(String text) {
      try {
        return SolverKind.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
