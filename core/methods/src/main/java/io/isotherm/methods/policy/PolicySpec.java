package io.isotherm.methods.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.annotation.JsonTypeIdResolver;
import io.isotherm.methods.catalogue.Descriptor;
import io.isotherm.methods.catalogue.Fields;
import io.isotherm.methods.catalogue.Flag;
import io.isotherm.methods.catalogue.Parameter;
import io.isotherm.methods.catalogue.Preset;
import io.isotherm.methods.catalogue.VariantName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How alphas become factors.
 *
 * <p>Each record here is the descriptor of one policy: its annotations are the only place that says
 * what it is called, what it does, where it comes from and which parameters with which bounds it
 * takes. Its mathematics is whatever a {@link Visitor} of {@code spectra} has for it. Methods with
 * {@link Preset} give what is published, under the policy's own name and under further ones.
 *
 * <p>The maps are those of the repositories YefanZhou/TempBalance (commit 9f0d9c7) and
 * ZihangHLiu/ModelBalancing (9970cea), each divided by the base rate that it is homogeneous in.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "name")
@JsonTypeIdResolver(VariantName.class)
@Descriptor(summary = "How alphas become factors.", field = "%1$s of policy '%2$s'")
public sealed interface PolicySpec permits PolicySpec.Single, PolicySpec.Hybrid {

  /** TempBalance's linear map onto [0.5, 1.5] times the base rate. */
  PolicySpec DEFAULT = Linear.tempBalance();

  /** What the learning rates are multiplied with. */
  Single onLearningRate();

  /** What the weight decay is multiplied with; absent if the policy leaves it alone. */
  Optional<Single> onWeightDecay();

  /** The metrics that the policy's maps are applied to, by name. */
  Set<String> metrics();

  /** Whether what the policy decides depends on what it has decided before. */
  boolean remembers();

  /** One case per map: who has something for each does not compile without a new one's. */
  interface Visitor<T> {
    /** For the linear map. */
    T linear(Linear map);

    /** For the square root. */
    T sqrt(Sqrt map);

    /** For the logarithm. */
    T log2(Log2 map);

    /** For equal steps. */
    T step(Step map);

    /** For the sigmoid. */
    T sigmoid(Sigmoid map);
  }

  /** A policy that gives each layer one factor. */
  @Descriptor(summary = "A policy that gives each layer one factor.")
  sealed interface Single extends PolicySpec permits Constant, Tuning {

    @Override
    default Single onLearningRate() {
      return this;
    }

    @Override
    default Optional<Single> onWeightDecay() {
      return Optional.empty();
    }

    /** What the policy does besides its map. */
    @Parameter("what the policy does besides its map")
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

  /** The factor of every layer is 1: the baseline. */
  @Descriptor(
      name = "constant",
      summary = "The factor of every layer is 1, the baseline.",
      formula = "1",
      source = "the baseline")
  record Constant() implements Single {
    /** The only one. */
    @Preset
    public static Constant baseline() {
      return new Constant();
    }
  }

  /** What the policies have in common that give layers factors of their own. */
  sealed interface Tuning extends Single {

    /** What the visitor has for this map. */
    <T> T accept(Visitor<T> visitor);

    /** Which layers are tuned. */
    @Parameter("which layers are tuned")
    LayerSelection selection();

    /** What to answer where the published code's answer is an accident. */
    @Parameter(
        "what to answer where the published code's answer is an accident: the sane value, or that"
            + " one")
    @Flag(
        value = "--compatibility",
        label = "NAME",
        help = "what to answer where the published code's answer is an accident")
    Compatibility compatibility();

    /** Whether the map is applied to whole blocks; absent if it is applied to single layers. */
    @Parameter("the map is applied to whole blocks; absent if it is applied to single layers")
    default Optional<Blocks> blocks() {
      return Optional.empty();
    }

    /** Whether the factors are divided by their mean, so that the mean rate is the base rate. */
    @Parameter("divide the factors by their mean, so that the mean rate is the base rate")
    default boolean normalise() {
      return false;
    }
  }

  /** The maps whose factors lie between two given ones. */
  interface Ranged {

    /** Factor of the smallest metric, s1 in TempBalance's paper. */
    @Parameter(value = "factor of the smallest metric", above = 0)
    @Flag(value = "--s1", label = "X")
    double minFactor();

    /** Factor of the largest metric, s2 in TempBalance's paper; at least {@link #minFactor}. */
    @Parameter(value = "factor of the largest metric", above = 0)
    @Flag(value = "--s2", label = "X")
    double maxFactor();

    /** Checks that they are in order. */
    static void require(Class<? extends Record> type, double minFactor, double maxFactor) {
      if (minFactor > maxFactor) {
        throw Fields.of(type)
            .refusal("minFactor", minFactor, "must not exceed maxFactor " + maxFactor);
      }
    }
  }

  /**
   * TempBalance's {@code tb_linear_map}: the smallest alpha gets {@code minFactor}, the largest
   * {@code maxFactor}, the others linearly between.
   *
   * @param compatibility what to answer when all alphas are equal: 1, or the reference's {@code
   *     maxFactor}
   */
  @Descriptor(
      name = "linear",
      summary =
          "The layer with the smallest alpha gets minFactor, the one with the largest maxFactor, the"
              + " others linearly between.",
      formula = "s₁ + (s₂ − s₁) (mᵢ − min m) / (max m − min m), s₁ `minFactor`, s₂ `maxFactor`",
      source = "TempBalance, `tb_linear_map`")
  record Linear(
      double minFactor,
      double maxFactor,
      LayerSelection selection,
      @Parameter("where all alphas are equal, sane is 1 and reference is maxFactor")
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
      implements Tuning, Ranged {
    /** Checks the range. */
    public Linear {
      blocks = blocks == null ? Optional.empty() : blocks;
      options = options == null ? PolicyOptions.DEFAULT : options;
      Fields.of(Linear.class)
          .check(minFactor, maxFactor, selection, compatibility, blocks, normalise, options);
      Ranged.require(Linear.class, minFactor, maxFactor);
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

    /** The range of the TempBalance paper's runs. */
    @Preset
    public static Linear tempBalance() {
      return new Linear(0.5, 1.5, LayerSelection.DEFAULT, Compatibility.SANE);
    }

    /** LLR: never below the base rate, and only early in the run. */
    @Preset(
        name = "llr",
        summary =
            "`linear` on [1, 5], all layers with at least 50 eigenvalues, `atLargest` embedding and"
                + " head, `every` 100 steps, `window` the first 0.2 of the steps, `rampSteps` 50",
        source =
            "LLR: [1, 5] on its command lines, [1, 3] in its configuration files. Its code gives"
                + " what it does not tune the smallest factor of all, which is 1 there too")
    public static Linear llr() {
      return ofAllLayers(
          1,
          5,
          new PolicyOptions(
              PolicyOptions.ALPHA,
              NetworkEnds.patterns(),
              Optional.empty(),
              0,
              50,
              Optional.of(new PolicyOptions.Window.Share(0, 0.2)),
              Optional.of(new PolicyOptions.Interval.Steps(100))));
    }

    /** Of all layers with at least 50 eigenvalues, the first and the last among them. */
    private static Linear ofAllLayers(double min, double max, PolicyOptions options) {
      return new Linear(
          min,
          max,
          new LayerSelection(false, false, LayerSelection.DEFAULT.minEigenvalues()),
          Compatibility.SANE,
          Optional.empty(),
          false,
          options);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.linear(this);
    }
  }

  /**
   * TempBalance's {@code tb_sqrt}: proportional to the square root of alpha, with a mean of 1.
   *
   * @param compatibility what to do with values below 0 of a metric other than alpha: leave their
   *     layers at the base rate, or as the reference let them spoil the mean
   */
  @Descriptor(
      name = "sqrt",
      summary = "Proportional to the square root of alpha, with a mean of 1.",
      formula = "n √mᵢ / Σ √mⱼ",
      source = "TempBalance, `tb_sqrt`")
  record Sqrt(
      LayerSelection selection,
      @Parameter(
              "values below 0 of another metric are left out of the mean; in reference they spoil it")
          Compatibility compatibility,
      @JsonInclude(
              value = JsonInclude.Include.CUSTOM,
              valueFilter = PolicyOptions.WhenDefault.class)
          @JsonProperty(defaultValue = "{}")
          PolicyOptions options)
      implements Tuning {
    /** Checks that both are there. */
    public Sqrt {
      options = options == null ? PolicyOptions.DEFAULT : options;
      Fields.of(Sqrt.class).check(selection, compatibility, options);
    }

    /** Without options. */
    public Sqrt(LayerSelection selection, Compatibility compatibility) {
      this(selection, compatibility, PolicyOptions.DEFAULT);
    }

    /** As in TempBalance's code. */
    @Preset
    public static Sqrt tempBalance() {
      return new Sqrt(LayerSelection.DEFAULT, Compatibility.SANE);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.sqrt(this);
    }
  }

  /**
   * TempBalance's {@code tb_log2}: proportional to the logarithm of alpha, with a mean of 1.
   *
   * @param compatibility what to do with values up to 1, whose logarithm is not positive: leave
   *     their layers at the base rate and out of the mean, or as the reference in it
   */
  @Descriptor(
      name = "log2",
      summary = "Proportional to the logarithm of alpha, with a mean of 1.",
      formula = "n log₂ mᵢ / Σ log₂ mⱼ",
      source = "TempBalance, `tb_log2`")
  record Log2(
      LayerSelection selection,
      @Parameter("values up to 1 are left out of the mean; in reference they are in it")
          Compatibility compatibility,
      @JsonInclude(
              value = JsonInclude.Include.CUSTOM,
              valueFilter = PolicyOptions.WhenDefault.class)
          @JsonProperty(defaultValue = "{}")
          PolicyOptions options)
      implements Tuning {
    /** Checks that both are there. */
    public Log2 {
      options = options == null ? PolicyOptions.DEFAULT : options;
      Fields.of(Log2.class).check(selection, compatibility, options);
    }

    /** Without options. */
    public Log2(LayerSelection selection, Compatibility compatibility) {
      this(selection, compatibility, PolicyOptions.DEFAULT);
    }

    /** As in TempBalance's code. */
    @Preset
    public static Log2 tempBalance() {
      return new Log2(LayerSelection.DEFAULT, Compatibility.SANE);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.log2(this);
    }
  }

  /**
   * TempBalance's {@code tb_step}: equal steps from {@code minFactor} in the order of alpha.
   *
   * @param compatibility in the reference the largest of n alphas stays one n-th of the range below
   *     {@code maxFactor}, and equal alphas get different factors in the order of the layers; by
   *     default the steps span the range, and equal alphas share their mean
   */
  @Descriptor(
      name = "step",
      summary = "Equal steps from minFactor in the order of alpha.",
      formula =
          "s₁ + (s₂ − s₁) rᵢ / (n − 1), rᵢ = rank of mᵢ from 0, s₁ `minFactor`, s₂ `maxFactor`",
      source = "TempBalance, `tb_step`")
  record Step(
      double minFactor,
      double maxFactor,
      LayerSelection selection,
      @Parameter(
              "in sane the steps end at maxFactor and equal alphas share the mean of their steps; in"
                  + " reference they end one step below, and equal alphas follow the layers' order")
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
      implements Tuning, Ranged {
    /** Checks the range. */
    public Step {
      blocks = blocks == null ? Optional.empty() : blocks;
      options = options == null ? PolicyOptions.DEFAULT : options;
      Fields.of(Step.class)
          .check(minFactor, maxFactor, selection, compatibility, blocks, normalise, options);
      Ranged.require(Step.class, minFactor, maxFactor);
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

    /** As in TempBalance's code. */
    @Preset
    public static Step tempBalance() {
      return new Step(
          0.5, 1.5, LayerSelection.DEFAULT, Compatibility.SANE, Optional.empty(), false);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.step(this);
    }
  }

  /**
   * Model Balancing's {@code tb_std_sigmoid}: with x the difference of alpha to the mean over the
   * layers, {@code 10^(A (1 / (1 + exp(-steepness x)) - 1/2))}, A being {@code upper} above the
   * mean and {@code lower} below, so that factors lie between {@code 10^(-lower/2)} and {@code
   * 10^(upper/2)}. Both are bounded because more would be a factor of more than a million.
   *
   * @param lower {@code sigmoid_min} in the published code
   * @param upper {@code sigmoid_max} in the published code
   * @param steepness {@code exp_temp} in the published code
   */
  @Descriptor(
      name = "sigmoid",
      summary =
          "10^(A (1 / (1 + exp(-steepness x)) - 1/2)), x being the difference of alpha to its mean, A"
              + " upper where that is positive and lower elsewhere.",
      formula =
          "10^(A (1 / (1 + e^(−t xᵢ)) − ½)), xᵢ = mᵢ − mean m, A = `upper` where xᵢ > 0, else"
              + " `lower`, t `steepness`",
      source = "Model Balancing, `tb_std_sigmoid`")
  record Sigmoid(
      @Parameter(value = "the least factor is 10^(-lower/2)", atLeast = 0, atMost = 12)
          double lower,
      @Parameter(value = "the largest factor is 10^(upper/2)", atLeast = 0, atMost = 12)
          double upper,
      @Parameter(value = "of the sigmoid", above = 0) double steepness,
      LayerSelection selection,
      @Parameter("makes no difference except within blocks") Compatibility compatibility,
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

    /** Checks the ranges. */
    public Sigmoid {
      blocks = blocks == null ? Optional.empty() : blocks;
      options = options == null ? PolicyOptions.DEFAULT : options;
      Fields.of(Sigmoid.class)
          .check(lower, upper, steepness, selection, compatibility, blocks, normalise, options);
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

    /** The defaults of Model Balancing's code, layer by layer. */
    @Preset
    public static Sigmoid modelBalancing() {
      return new Sigmoid(
          2, 1, 10, LayerSelection.DEFAULT, Compatibility.SANE, Optional.empty(), false);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.sigmoid(this);
    }
  }

  /**
   * One policy for the learning rate and one for weight decay: Model Balancing's hybrid, or with
   * {@link Constant} for the learning rate one that changes weight decay alone.
   */
  @Descriptor(
      name = "hybrid",
      summary =
          "One policy for the learning rate and one for weight decay. Every other policy leaves"
              + " weight decay alone.",
      formula = "a map for the learning rate and another for weight decay",
      source = "Model Balancing, hyper-parameter `hybrid`")
  record Hybrid(
      @Parameter("a policy for the learning rate") Single learningRate,
      @Parameter("a policy for weight decay") Single weightDecay)
      implements PolicySpec {
    /** Checks that both are there. */
    public Hybrid {
      Fields.of(Hybrid.class).check(learningRate, weightDecay);
    }

    /** The sigmoid of whole blocks, on learning rate and weight decay alike. */
    @Preset
    public static Hybrid modelBalancing() {
      Sigmoid ofBlocks =
          new Sigmoid(
              1,
              1,
              10,
              LayerSelection.DEFAULT,
              Compatibility.SANE,
              Optional.of(new Blocks.Whole()),
              false);
      return new Hybrid(ofBlocks, ofBlocks);
    }

    /** AlphaDecay: weight decay alone. */
    @Preset(
        name = "alphadecay",
        summary =
            "`hybrid` of `constant` for the learning rate and `linear` on [0.667, 3] for weight"
                + " decay, all layers with at least 50 eigenvalues, `every` 500 steps",
        source =
            "AlphaDecay: the defaults of its command line; its script for LLaMA 60M has 5 for 3")
    public static Hybrid alphaDecay() {
      return new Hybrid(
          new Constant(),
          Linear.ofAllLayers(
              0.667,
              3,
              new PolicyOptions(
                  PolicyOptions.ALPHA,
                  List.of(),
                  Optional.empty(),
                  0,
                  0,
                  Optional.empty(),
                  Optional.of(new PolicyOptions.Interval.Steps(500)))));
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

  /**
   * Model Balancing's {@code tb_layer_blocks}: the map is applied to the mean alpha of each block
   * of layers, of which there are at least two; layers without a block have the factor 1.
   */
  @JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "unit")
  @JsonTypeIdResolver(VariantName.class)
  @Descriptor(
      summary =
          "The map is applied to the mean alpha of each block of layers instead of to each layer;"
              + " layers without a block have the factor 1.",
      field = "%1$s of policy 'blocks'")
  sealed interface Blocks {

    /** All layers of a block have its factor. */
    @Descriptor(name = "block", summary = "All layers of a block have its factor.")
    record Whole() implements Blocks {}

    /**
     * The factor of a block is multiplied by one that grows linearly with the layers' alphas within
     * the block.
     */
    @Descriptor(
        name = "layer",
        summary =
            "The factor of a block is multiplied by one that grows linearly with alpha within the"
                + " block.")
    record Within(
        @Parameter(value = "of the smallest alpha in the block", above = 0) double minFactor,
        @Parameter(value = "of the largest alpha in the block", above = 0) double maxFactor)
        implements Blocks {
      /** Checks the range. */
      public Within {
        Fields.of(Within.class).check(minFactor, maxFactor);
        Ranged.require(Within.class, minFactor, maxFactor);
      }
    }
  }
}
