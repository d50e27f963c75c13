package io.isotherm.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import io.isotherm.checks.Checks;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How alphas become factors.
 *
 * <p>The maps are those of the repositories YefanZhou/TempBalance (commit 9f0d9c7) and
 * ZihangHLiu/ModelBalancing (9970cea), each divided by the base rate that it is homogeneous in.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PolicySpec.Constant.class, name = "constant"),
  @JsonSubTypes.Type(value = PolicySpec.Linear.class, name = "linear"),
  @JsonSubTypes.Type(value = PolicySpec.Sqrt.class, name = "sqrt"),
  @JsonSubTypes.Type(value = PolicySpec.Log2.class, name = "log2"),
  @JsonSubTypes.Type(value = PolicySpec.Step.class, name = "step"),
  @JsonSubTypes.Type(value = PolicySpec.Sigmoid.class, name = "sigmoid"),
  @JsonSubTypes.Type(value = PolicySpec.Hybrid.class, name = "hybrid")
})
public sealed interface PolicySpec {

  /** TempBalance's linear map onto [0.5, 1.5] times the base rate. */
  PolicySpec DEFAULT = new Linear(0.5, 1.5, LayerSelection.DEFAULT, Compatibility.SANE);

  /** What the learning rates are multiplied with. */
  Single onLearningRate();

  /** What the weight decay is multiplied with; absent if the policy leaves it alone. */
  Optional<Single> onWeightDecay();

  /** The metrics that the policy's maps are applied to, by name. */
  Set<String> metrics();

  /** Whether what the policy decides depends on what it has decided before. */
  boolean remembers();

  /** A policy that gives each layer one factor. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = PolicySpec.Constant.class, name = "constant"),
    @JsonSubTypes.Type(value = PolicySpec.Linear.class, name = "linear"),
    @JsonSubTypes.Type(value = PolicySpec.Sqrt.class, name = "sqrt"),
    @JsonSubTypes.Type(value = PolicySpec.Log2.class, name = "log2"),
    @JsonSubTypes.Type(value = PolicySpec.Step.class, name = "step"),
    @JsonSubTypes.Type(value = PolicySpec.Sigmoid.class, name = "sigmoid")
  })
  sealed interface Single extends PolicySpec {

    @Override
    default Single onLearningRate() {
      return this;
    }

    @Override
    default Optional<Single> onWeightDecay() {
      return Optional.empty();
    }

    /** What the policy does besides its map. */
    default PolicyOptions options() {
      return PolicyOptions.DEFAULT;
    }

    @Override
    default Set<String> metrics() {
      return this instanceof Tuning ? Set.of(options().metric()) : Set.of();
    }

    @Override
    default boolean remembers() {
      return options().remembers();
    }
  }

  /**
   * One policy for the learning rate and one for weight decay: Model Balancing's hybrid, or with
   * {@link Constant} for the learning rate one that changes weight decay alone.
   */
  record Hybrid(Single learningRate, Single weightDecay) implements PolicySpec {
    /** Checks that both are there. */
    public Hybrid {
      Checks.requirePresent("learningRate of policy 'hybrid'", learningRate);
      Checks.requirePresent("weightDecay of policy 'hybrid'", weightDecay);
    }

    @Override
    public Single onLearningRate() {
      return learningRate;
    }

    @Override
    public Optional<Single> onWeightDecay() {
      return Optional.of(weightDecay);
    }

    @Override
    public Set<String> metrics() {
      Set<String> metrics = new TreeSet<>(learningRate.metrics());
      metrics.addAll(weightDecay.metrics());
      return metrics;
    }

    @Override
    public boolean remembers() {
      return learningRate.remembers() || weightDecay.remembers();
    }
  }

  /** The factor of every layer is 1: the baseline. */
  record Constant() implements Single {}

  /** What the policies have in common that give layers factors of their own. */
  sealed interface Tuning extends Single {

    /** Which layers are tuned. */
    LayerSelection selection();

    /** What to answer where the published code's answer is an accident. */
    Compatibility compatibility();

    /** Whether the map is applied to whole blocks; absent if it is applied to single layers. */
    default Optional<Blocks> blocks() {
      return Optional.empty();
    }

    /** Whether the factors are divided by their mean, so that the mean rate is the base rate. */
    default boolean normalise() {
      return false;
    }
  }

  /**
   * TempBalance's {@code tb_linear_map}: the smallest alpha gets {@code minFactor}, the largest
   * {@code maxFactor}, the others linearly between.
   *
   * @param minFactor s1 in the paper, positive
   * @param maxFactor s2 in the paper, at least {@code minFactor}
   * @param compatibility what to answer when all alphas are equal: 1, or the reference's {@code
   *     maxFactor}
   */
  record Linear(
      double minFactor,
      double maxFactor,
      LayerSelection selection,
      Compatibility compatibility,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Blocks> blocks,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT)
          @JsonProperty(defaultValue = "false")
          @JsonSetter(nulls = Nulls.AS_EMPTY)
          boolean normalise,
      @JsonInclude(
              value = JsonInclude.Include.CUSTOM,
              valueFilter = PolicyOptions.WhenDefault.class)
          @JsonProperty(defaultValue = "{}")
          PolicyOptions options)
      implements Tuning {
    /** Checks the range. */
    public Linear {
      checkRange("linear", minFactor, maxFactor);
      checkCommon("linear", selection, compatibility);
      blocks = blocks == null ? Optional.empty() : blocks;
      options = options == null ? PolicyOptions.DEFAULT : options;
    }

    /** Without options. */
    public Linear(
        double minFactor,
        double maxFactor,
        LayerSelection selection,
        Compatibility compatibility,
        Optional<Blocks> blocks,
        boolean normalise) {
      this(
          minFactor, maxFactor, selection, compatibility, blocks, normalise, PolicyOptions.DEFAULT);
    }

    /** Layer by layer, and not normalised. */
    public Linear(
        double minFactor, double maxFactor, LayerSelection selection, Compatibility compatibility) {
      this(minFactor, maxFactor, selection, compatibility, Optional.empty(), false);
    }
  }

  /**
   * TempBalance's {@code tb_sqrt}: proportional to the square root of alpha, with a mean of 1.
   *
   * @param compatibility what to do with values below 0 of a metric other than alpha: leave their
   *     layers at the base rate, or as the reference let them spoil the mean
   */
  record Sqrt(
      LayerSelection selection,
      Compatibility compatibility,
      @JsonInclude(
              value = JsonInclude.Include.CUSTOM,
              valueFilter = PolicyOptions.WhenDefault.class)
          @JsonProperty(defaultValue = "{}")
          PolicyOptions options)
      implements Tuning {
    /** Checks that both are there. */
    public Sqrt {
      checkCommon("sqrt", selection, compatibility);
      options = options == null ? PolicyOptions.DEFAULT : options;
    }

    /** Without options. */
    public Sqrt(LayerSelection selection, Compatibility compatibility) {
      this(selection, compatibility, PolicyOptions.DEFAULT);
    }
  }

  /**
   * TempBalance's {@code tb_log2}: proportional to the logarithm of alpha, with a mean of 1.
   *
   * @param compatibility what to do with values up to 1, whose logarithm is not positive: leave
   *     their layers at the base rate and out of the mean, or as the reference in it
   */
  record Log2(
      LayerSelection selection,
      Compatibility compatibility,
      @JsonInclude(
              value = JsonInclude.Include.CUSTOM,
              valueFilter = PolicyOptions.WhenDefault.class)
          @JsonProperty(defaultValue = "{}")
          PolicyOptions options)
      implements Tuning {
    /** Checks that both are there. */
    public Log2 {
      checkCommon("log2", selection, compatibility);
      options = options == null ? PolicyOptions.DEFAULT : options;
    }

    /** Without options. */
    public Log2(LayerSelection selection, Compatibility compatibility) {
      this(selection, compatibility, PolicyOptions.DEFAULT);
    }
  }

  /**
   * TempBalance's {@code tb_step}: equal steps from {@code minFactor} in the order of alpha.
   *
   * @param minFactor factor of the smallest alpha, positive
   * @param maxFactor factor of the largest alpha, at least {@code minFactor}
   * @param compatibility in the reference the largest of n alphas stays one n-th of the range below
   *     {@code maxFactor}, and equal alphas get different factors in the order of the layers; by
   *     default the steps span the range, and equal alphas share their mean
   */
  record Step(
      double minFactor,
      double maxFactor,
      LayerSelection selection,
      Compatibility compatibility,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Blocks> blocks,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT)
          @JsonProperty(defaultValue = "false")
          @JsonSetter(nulls = Nulls.AS_EMPTY)
          boolean normalise,
      @JsonInclude(
              value = JsonInclude.Include.CUSTOM,
              valueFilter = PolicyOptions.WhenDefault.class)
          @JsonProperty(defaultValue = "{}")
          PolicyOptions options)
      implements Tuning {
    /** Checks the range. */
    public Step {
      checkRange("step", minFactor, maxFactor);
      checkCommon("step", selection, compatibility);
      blocks = blocks == null ? Optional.empty() : blocks;
      options = options == null ? PolicyOptions.DEFAULT : options;
    }

    /** Without options. */
    public Step(
        double minFactor,
        double maxFactor,
        LayerSelection selection,
        Compatibility compatibility,
        Optional<Blocks> blocks,
        boolean normalise) {
      this(
          minFactor, maxFactor, selection, compatibility, blocks, normalise, PolicyOptions.DEFAULT);
    }
  }

  /**
   * Model Balancing's {@code tb_std_sigmoid}: with x the difference of alpha to the mean over the
   * layers, {@code 10^(A (1 / (1 + exp(-steepness x)) - 1/2))}, A being {@code upper} above the
   * mean and {@code lower} below, so that factors lie between {@code 10^(-lower/2)} and {@code
   * 10^(upper/2)}.
   *
   * @param lower decades below 1, times two ({@code sigmoid_min}), not negative
   * @param upper decades above 1, times two ({@code sigmoid_max}), not negative
   * @param steepness of the sigmoid ({@code exp_temp}), positive
   */
  record Sigmoid(
      double lower,
      double upper,
      double steepness,
      LayerSelection selection,
      Compatibility compatibility,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Blocks> blocks,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT)
          @JsonProperty(defaultValue = "false")
          @JsonSetter(nulls = Nulls.AS_EMPTY)
          boolean normalise,
      @JsonInclude(
              value = JsonInclude.Include.CUSTOM,
              valueFilter = PolicyOptions.WhenDefault.class)
          @JsonProperty(defaultValue = "{}")
          PolicyOptions options)
      implements Tuning {
    /** More would be a factor of more than a million. */
    private static final double MAX_DECADES = 12;

    /** Checks the ranges. */
    public Sigmoid {
      checkDecades("lower", lower);
      checkDecades("upper", upper);
      Checks.requirePositive("steepness of policy 'sigmoid'", steepness);
      checkCommon("sigmoid", selection, compatibility);
      blocks = blocks == null ? Optional.empty() : blocks;
      options = options == null ? PolicyOptions.DEFAULT : options;
    }

    /** Without options. */
    public Sigmoid(
        double lower,
        double upper,
        double steepness,
        LayerSelection selection,
        Compatibility compatibility,
        Optional<Blocks> blocks,
        boolean normalise) {
      this(
          lower,
          upper,
          steepness,
          selection,
          compatibility,
          blocks,
          normalise,
          PolicyOptions.DEFAULT);
    }

    private static void checkDecades(String name, double value) {
      if (Checks.requireNotNegative(name + " of policy 'sigmoid'", value) > MAX_DECADES) {
        throw new IllegalArgumentException(
            "%s of policy 'sigmoid' must be at most %s, got: %s"
                .formatted(name, MAX_DECADES, value));
      }
    }
  }

  /**
   * Model Balancing's {@code tb_layer_blocks}: the map is applied to the mean alpha of each block
   * of layers, of which there are at least two; layers without a block have the factor 1.
   */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "unit")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Blocks.Whole.class, name = "block"),
    @JsonSubTypes.Type(value = Blocks.Within.class, name = "layer")
  })
  sealed interface Blocks {

    /** All layers of a block have its factor. */
    record Whole() implements Blocks {}

    /**
     * The factor of a block is multiplied by one that grows linearly with the layers' alphas within
     * the block.
     *
     * @param minFactor of the smallest alpha in the block, positive
     * @param maxFactor of the largest, at least {@code minFactor}
     */
    record Within(double minFactor, double maxFactor) implements Blocks {
      /** Checks the range. */
      public Within {
        checkRange("blocks", minFactor, maxFactor);
      }
    }
  }

  private static void checkRange(String policy, double minFactor, double maxFactor) {
    Checks.requirePositive("minFactor of policy '" + policy + "'", minFactor);
    Checks.requirePositive("maxFactor of policy '" + policy + "'", maxFactor);
    if (minFactor > maxFactor) {
      throw new IllegalArgumentException(
          "minFactor of policy '%s' must not exceed maxFactor %s, got: %s"
              .formatted(policy, maxFactor, minFactor));
    }
  }

  private static void checkCommon(
      String policy, LayerSelection selection, Compatibility compatibility) {
    Checks.requirePresent("selection of policy '" + policy + "'", selection);
    Checks.requirePresent("compatibility of policy '" + policy + "'", compatibility);
  }
}
