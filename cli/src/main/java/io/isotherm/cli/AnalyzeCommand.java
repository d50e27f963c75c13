package io.isotherm.cli;

import io.isotherm.checkpoints.CheckpointAnalysis;
import io.isotherm.checkpoints.CheckpointComparison;
import io.isotherm.checkpoints.PolicyPreview;
import io.isotherm.checkpoints.UnknownLayerException;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code analyze}: the layers of a checkpoint, without a broker or a service. */
@Command(
    name = "analyze",
    description = {
      "Shows how well each layer of a checkpoint is trained.",
      "",
      "Prints a line per layer as it is done, in the file's order: alpha, the exponent of the power"
          + " law that the largest eigenvalues of the layer's weights follow; random, the alpha of"
          + " random matrices of the same shape (~ where smaller ones stand for them); z, how many"
          + " standard deviations alpha is away from that; KS, its distance from the eigenvalues; the"
          + " spectral norm (squared, as the papers have it); the stable rank; and a verdict: like"
          + " random (less than 3 deviations), heavier or lighter than random, or, with --estimator"
          + " weightwatcher, over-trained (alpha below 2) or under-trained (above 6). Layers are"
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
      "With a second checkpoint it shows both side by side: alpha of each layer, its difference, and how"
          + " much the spectral and the Frobenius norm have changed; layers that only one has are"
          + " named.",
      "",
      "With --json it prints one object per layer, and a last one with the summary (coverage, and"
          + " the alphas of each stack). What a layer does not have is null; numbers that are not finite are \"inf\", \"-inf\" and \"nan\".",
      "",
      "Weights that are stored in parts are put together first, and the table says how (column"
          + " formed): weight norm, spectral norm, pruning masks, LoRA pairs (B*A with its scale), and"
          + " quantised weights (FP8, INT8, INT4, NF4, MXFP4, NVFP4, GGUF's). What cannot be formed is skipped"
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

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description =
          "a file of safetensors, of PyTorch (.bin, .pt, .pth, .ckpt, none of whose code is run) or of"
              + " GGUF, the .index.json of a sharded checkpoint, or a folder with one of them, such as"
              + " a model's in Hugging Face's cache")
  private Path file;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "OTHER",
      description =
          "a second one: its layers are shown beside those of the first by name, those first whose alpha"
              + " differs most")
  private Optional<Path> other;

  @Mixin private AnalysisOptions options;

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
      names = "--plot",
      paramLabel = "DIR",
      description =
          "write a PNG of each layer's spectrum and fit, and one of alpha over depth, to this folder")
  private Optional<Path> plots;

  @Option(
      names = "--html",
      paramLabel = "PAGE",
      description =
          "write one page of HTML with the table, each layer's spectrum and alpha over depth to this"
              + " file; it needs no network")
  private Optional<Path> page;

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
    if (other.isPresent()) {
      requireAlone("--policy", policy.chosen().isPresent());
      requireAlone("--plot", plots.isPresent());
      requireAlone("--html", page.isPresent());
    }
    if (json && page.isPresent()) {
      throw refused("--json and --html exclude each other");
    }
    Terminal terminal = Terminal.standardOutput(System.getenv());
    try {
      CheckpointAnalysis analysis = options.open(file, estimator(), plots, preview(), verbose);
      options.warnOfSolver();
      int status = other.isPresent() ? compare(analysis, terminal) : print(analysis, terminal);
      options.warnOfKernels();
      return status;
    } catch (IOException | MalformedSafetensorsException | UnknownLayerException e) {
      options.warn(e.getMessage());
      return UNREADABLE;
    }
  }

  private void requireAlone(String option, boolean isGiven) {
    if (isGiven) {
      throw refused(option + " is for one checkpoint, not for two");
    }
  }

  private int print(CheckpointAnalysis analysis, Terminal terminal) throws InterruptedException {
    return json ? analysis.printJson(terminal) : analysis.printTable(terminal, page);
  }

  private int compare(CheckpointAnalysis before, Terminal terminal)
      throws IOException,
          MalformedSafetensorsException,
          UnknownLayerException,
          InterruptedException {
    CheckpointAnalysis after =
        options.open(other.orElseThrow(), estimator(), Optional.empty(), Optional.empty(), verbose);
    CheckpointComparison comparison =
        CheckpointComparison.of(before, after, json ? terminal.withoutStatus() : terminal);
    comparison.warnings().forEach(options::warn);
    return json ? comparison.printJson(terminal) : comparison.printTable(terminal);
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
}
