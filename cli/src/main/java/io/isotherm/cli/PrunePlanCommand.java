package io.isotherm.cli;

import io.isotherm.checkpoints.CheckpointAnalysis;
import io.isotherm.checkpoints.PrunePlan;
import io.isotherm.checkpoints.UnknownLayerException;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.spectra.pruning.SparsityAllocation;
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

/** {@code prune-plan}: how much of each layer a pruning code shall prune. */
@Command(
    name = "prune-plan",
    description = {
      "Plans how much of each layer of a checkpoint is pruned, from the layers' alphas; prunes nothing.",
      "",
      "As AlphaPruning and FARMS do: the alphas of a block's layers are averaged, a straight line makes"
          + " the smallest average 1 - SPREAD and the largest 1 + SPREAD, and all are scaled so that"
          + " the blocks' weights together have the wanted sparsity. What is in no block (embeddings,"
          + " heads) keeps its weights. AlphaPruning's published alpha is '--estimator tempbalance"
          + " --fit xmin-peak', that of FARMS '--estimator farms-llm --fit xmin-peak'.",
      "",
      "Prints one JSON object: layers (sparsity by name), ratios (the same by place, in the order of"
          + " the modules), blocks, leftOut (with the reason), and reached, which is less than the"
          + " wanted sparsity where a layer would lose more weights than it has.",
      "",
      "Exit status 0, 1 if the solver fails, 2 for a file that cannot be read or a wrong command line, 3"
          + " if no layer can be planned for or, with --partial, a part of the checkpoint is missing.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    modelTransformer = ParameterOptions.Added.class,
    sortOptions = false)
final class PrunePlanCommand implements Callable<Integer>, ParameterOptions.Owner {

  private static final int UNREADABLE = 2;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "a checkpoint, as ./isotherm analyze takes it")
  private Path file;

  private final ParameterOptions<EstimatorSpec> estimator = ChoosingOptions.estimator();

  @Option(
      names = "--sparsity",
      required = true,
      paramLabel = "S",
      description = "the share of the blocks' weights to prune, between 0 and 1")
  private double sparsity;

  @Option(
      names = "--spread",
      paramLabel = "E",
      defaultValue = "" + SparsityAllocation.DEFAULT_SPREAD,
      description =
          "half of the range of sparsities before they are scaled; the codes' epsilon (default:"
              + " ${DEFAULT-VALUE})")
  private double spread;

  @Mixin private AnalysisOptions options;

  @Override
  public List<ParameterOptions<?>> parameters() {
    return List.of(estimator);
  }

  @Override
  public Integer call() throws InterruptedException {
    SparsityAllocation wanted = wanted();
    Terminal terminal = Terminal.standardOutput(System.getenv()).withoutStatus();
    try {
      CheckpointAnalysis analysis =
          options.open(
              file,
              estimator.chosen().orElse(EstimatorSpec.DEFAULT),
              Optional.empty(),
              Optional.empty(),
              false);
      options.warnOfSolver();
      PrunePlan plan = PrunePlan.of(analysis, wanted, terminal);
      plan.warnings().forEach(options::warn);
      options.warnOfKernels();
      return plan.print(terminal);
    } catch (IOException | MalformedSafetensorsException | UnknownLayerException e) {
      options.warn(e.getMessage());
      return UNREADABLE;
    }
  }

  private SparsityAllocation wanted() {
    try {
      return new SparsityAllocation(sparsity, spread);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
    }
  }
}
