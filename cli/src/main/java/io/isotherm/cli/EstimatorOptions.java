package io.isotherm.cli;

import io.isotherm.methods.EstimatorName;
import io.isotherm.methods.EstimatorSpec;
import io.isotherm.methods.XminRule;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say how alpha is measured. One that an estimator has no use for is refused. */
final class EstimatorOptions {

  /** The fits as the command line names them. */
  private enum Fit {
    MEDIAN(XminRule.MEDIAN),
    GOODNESS_OF_FIT(XminRule.GOODNESS_OF_FIT),
    XMIN_PEAK(XminRule.XMIN_PEAK);

    private final XminRule rule;

    Fit(XminRule rule) {
      this.rule = rule;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final Set<EstimatorName> FITTED =
      EnumSet.complementOf(EnumSet.of(EstimatorName.WEIGHTWATCHER));
  private static final Set<EstimatorName> WINDOWED =
      EnumSet.of(EstimatorName.FARMS, EstimatorName.FARMS_LLM);

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--estimator",
      paramLabel = "NAME",
      defaultValue = "tempbalance",
      converter = NameConverter.class,
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private EstimatorName estimator;

  @Option(
      names = "--fit",
      paramLabel = "RULE",
      converter = FitConverter.class,
      description = "where the tail starts: ${COMPLETION-CANDIDATES} (default: median)")
  private Optional<Fit> fit;

  @Option(
      names = "--xmin-position",
      paramLabel = "X",
      description =
          "with --fit median, the tail starts at eigenvalue N/X of N in ascending order (default: 2;"
              + " 1.5 for model-balancing)")
  private Optional<Double> xminPosition;

  @Option(
      names = "--filter-zeros",
      description = "leave eigenvalues up to 1e-5 out of the fit; weightwatcher always does")
  private boolean filterZeros;

  @Option(
      names = "--conv-norm",
      paramLabel = "X",
      description = "factor on the eigenvalues of convolutions (default: 0.5)")
  private Optional<Double> convNorm;

  @Option(
      names = "--farms-rows",
      paramLabel = "N",
      description = "rows of a window of farms and farms-llm (default: 100)")
  private Optional<Integer> farmsRows;

  @Option(
      names = "--farms-aspect",
      paramLabel = "Q",
      description = "columns of a window as a multiple of its rows (default: 2)")
  private Optional<Double> farmsAspect;

  @Option(
      names = "--farms-step",
      paramLabel = "N",
      description = "with farms, distance between windows in both directions (default: 10)")
  private Optional<Integer> farmsStep;

  @Option(
      names = "--farms-ops",
      paramLabel = "N",
      description =
          "windows in each direction, spread evenly; with farms instead of --farms-step (default of"
              + " farms-llm: 10)")
  private Optional<Integer> farmsOps;

  @Option(
      names = "--clip-xmax",
      description =
          "with weightwatcher, leave out the largest eigenvalues one by one until alpha settles")
  private boolean clipXmax;

  /**
   * The estimator.
   *
   * @throws ParameterException if an option does not apply to it or is out of its range
   */
  EstimatorSpec estimator() {
    requireUse("--fit", fit.isPresent(), FITTED);
    requireUse("--xmin-position", xminPosition.isPresent(), FITTED);
    requireUse("--filter-zeros", filterZeros, FITTED);
    requireUse("--conv-norm", convNorm.isPresent(), FITTED);
    requireUse("--farms-rows", farmsRows.isPresent(), WINDOWED);
    requireUse("--farms-aspect", farmsAspect.isPresent(), WINDOWED);
    requireUse("--farms-step", farmsStep.isPresent(), EnumSet.of(EstimatorName.FARMS));
    requireUse("--farms-ops", farmsOps.isPresent(), WINDOWED);
    requireUse("--clip-xmax", clipXmax, EnumSet.of(EstimatorName.WEIGHTWATCHER));
    if (xminPosition.isPresent() && rule() != XminRule.MEDIAN) {
      throw refused("--xmin-position does not apply to --fit " + fit.orElseThrow());
    }
    if (farmsStep.isPresent() && farmsOps.isPresent()) {
      throw refused("--farms-step and --farms-ops exclude each other");
    }
    try {
      return spec();
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage());
    }
  }

  private EstimatorSpec spec() {
    return switch (estimator) {
      case TEMPBALANCE ->
          new EstimatorSpec.TempBalance(
              EstimatorSpec.TempBalance.VERSION, rule(), position(), filterZeros, factor());
      case FARMS -> farms(EstimatorSpec.Farms.defaults());
      case FARMS_LLM -> farms(EstimatorSpec.FarmsLlm.defaults());
      case MODEL_BALANCING -> modelBalancing(EstimatorSpec.ModelBalancing.nlp());
      case WEIGHTWATCHER ->
          new EstimatorSpec.WeightWatcher(EstimatorSpec.WeightWatcher.VERSION, clipXmax);
    };
  }

  private EstimatorSpec farms(EstimatorSpec.Farms defaults) {
    return new EstimatorSpec.Farms(
        defaults.version(),
        rule(),
        position(),
        filterZeros,
        factor(),
        farmsRows.orElse(defaults.rows()),
        farmsAspect.orElse(defaults.aspect()),
        farmsStep.orElse(defaults.step()),
        farmsOps.map(OptionalInt::of).orElse(defaults.ops()));
  }

  private EstimatorSpec farms(EstimatorSpec.FarmsLlm defaults) {
    return new EstimatorSpec.FarmsLlm(
        defaults.version(),
        rule(),
        position(),
        filterZeros,
        factor(),
        farmsRows.orElse(defaults.rows()),
        farmsAspect.orElse(defaults.aspect()),
        farmsOps.orElse(defaults.ops()));
  }

  private EstimatorSpec modelBalancing(EstimatorSpec.ModelBalancing defaults) {
    return new EstimatorSpec.ModelBalancing(
        defaults.version(),
        defaults.flavour(),
        rule(),
        xminPosition.orElse(defaults.xminPosition()),
        filterZeros,
        factor(),
        defaults.stableRankPosition());
  }

  private XminRule rule() {
    return fit.map(some -> some.rule).orElse(XminRule.MEDIAN);
  }

  private double position() {
    return xminPosition.orElse(EstimatorSpec.MEDIAN_POSITION);
  }

  private double factor() {
    return convNorm.orElse(EstimatorSpec.DEFAULT_CONV_NORM);
  }

  private void requireUse(String option, boolean given, Set<EstimatorName> users) {
    if (given && !users.contains(estimator)) {
      throw refused("%s does not apply to --estimator %s".formatted(option, estimator));
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Reads {@code --estimator}. */
  static final class NameConverter extends LabelConverter<EstimatorName> {
    NameConverter() {
      super(EstimatorName.class);
    }
  }

  /** Reads {@code --fit}. */
  static final class FitConverter extends LabelConverter<Fit> {
    FitConverter() {
      super(Fit.class);
    }
  }
}
