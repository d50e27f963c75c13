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
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.solvers.CpuKernels;
import io.isotherm.solvers.SolverChoice;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.spectra.PrecisionMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What every command that measures the layers of a checkpoint asks for. */
final class AnalysisOptions {

  private static final int MAX_THREADS = 1024;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

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

  /**
   * Opens a checkpoint, and warns of what has no effect on it.
   *
   * @param estimator of alpha
   * @param plots folder for plots, if there shall be any
   * @param policy what to show the factors of, if anything
   * @param isVerbose whether to name what is not measured
   * @throws IOException with one line, if it is not there or cannot be read
   * @throws MalformedSafetensorsException with one line, if it is no checkpoint
   * @throws UnknownLayerException with one line, if the policy's ends are not known
   */
  CheckpointAnalysis open(
      Path file,
      EstimatorSpec estimator,
      Optional<Path> plots,
      Optional<PolicyPreview> policy,
      boolean isVerbose)
      throws IOException, MalformedSafetensorsException, UnknownLayerException {
    AnalysisSettings settings =
        new AnalysisSettings(
            estimator,
            precision,
            choice().kind(),
            resources(choice().kind()),
            new LayerChoice(
                include.stream().map(Glob::of).toList(),
                exclude.stream().map(Glob::of).toList(),
                layout),
            plots,
            policy,
            isVerbose);
    CheckpointAnalysis analysis =
        CheckpointAnalysis.of(new CheckpointSource(file, base, partial), settings);
    analysis.warnings().forEach(this::warn);
    return analysis;
  }

  /** Says on standard error what computes, where that is no matter of course. */
  void warnOfSolver() {
    if (choice().kind() == SolverKind.CUSOLVER) {
      warn("eigenvalues by cusolver, " + choice().reason());
    }
  }

  /** The same once it has computed. */
  void warnOfKernels() {
    CpuKernels.known().flatMap(CpuKernels::warning).ifPresent(this::warn);
  }

  /** One line on standard error. */
  void warn(String warning) {
    command.commandLine().getErr().printf("%s: %s%n", command.qualifiedName(), warning);
  }

  private SolverChoice choice() {
    return solver.map(SolverChoice::named).orElseGet(SolverChoice::ofThisMachine);
  }

  private Resources resources(SolverKind kind) {
    long bytes = memory.orElseGet(MemoryBudget::usualBytes);
    int count =
        threads.orElseGet(
            () -> MemoryBudget.ofThisProcess(bytes, "--memory").workers(kind.usualWorkers()));
    if (count < 1 || count > MAX_THREADS) {
      throw new ParameterException(
          command.commandLine(),
          "--threads must be from 1 to %d, got: %d".formatted(MAX_THREADS, count));
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
