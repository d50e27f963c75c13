package io.isotherm.methods.estimator;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.annotation.JsonTypeIdResolver;
import io.isotherm.checks.InvalidValueException;
import io.isotherm.methods.catalogue.Descriptor;
import io.isotherm.methods.catalogue.Fields;
import io.isotherm.methods.catalogue.Flag;
import io.isotherm.methods.catalogue.Parameter;
import io.isotherm.methods.catalogue.Preset;
import io.isotherm.methods.catalogue.VariantName;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How alpha is measured. Name, version and parameters are part of the identity of a result.
 *
 * <p>Each record here is the descriptor of one estimator: its annotations are the only place that
 * says what it is called, what it does, where it comes from, which parameters with which bounds it
 * takes, and what it reports. Its mathematics is whatever a {@link Visitor} of {@code spectra} has
 * for it.
 *
 * <p>What is published are the defaults of the constructors and functions in the repositories
 * YefanZhou/TempBalance (commit 9f0d9c7), HUST-AI-HYZ/FARMS (8e07c3f), ZihangHLiu/ModelBalancing
 * (9970cea) and CalculatedContent/WeightWatcher (d6fd015, version 0.7.5.5).
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "name")
@JsonTypeIdResolver(VariantName.class)
@Descriptor(
    summary = "How alpha is measured. Part of the identity of a result.",
    field = "%1$s of estimator '%2$s'")
public sealed interface EstimatorSpec {

  /** TempBalance's estimator with the parameters of the paper. */
  EstimatorSpec DEFAULT = TempBalance.median();

  /** Factor on the eigenvalues of convolutions in all of the published codes. */
  double DEFAULT_CONV_NORM = 0.5;

  /** The position of xmin that makes it the median. */
  double MEDIAN_POSITION = 2;

  /** One case per estimator: who has something for each does not compile without a new one's. */
  interface Visitor<T> {
    /** For TempBalance's. */
    T tempBalance(TempBalance estimator);

    /** For FARMS's for image classification. */
    T farms(Farms estimator);

    /** For FARMS's for language models. */
    T farmsLlm(FarmsLlm estimator);

    /** For Model Balancing's. */
    T modelBalancing(ModelBalancing estimator);

    /** For WeightWatcher's. */
    T weightWatcher(WeightWatcher estimator);

    /** For Hill's. */
    T hill(Hill estimator);
  }

  /** What the visitor has for this estimator. */
  <T> T accept(Visitor<T> visitor);

  /** Grows whenever the same parameters would give other numbers. */
  @Parameter("grows whenever the same parameters would give other numbers")
  int version();

  /**
   * Whether eigenvalues up to 1e-5, an absolute threshold, are left out of the fit. If none is
   * above it, all are kept.
   */
  @Parameter("leave eigenvalues up to 1e-5 out of the fit; weightwatcher always does")
  @Flag("--filter-zeros")
  @Reports(Metric.EIGENVALUES_ABOVE_FILTER)
  boolean filterZeros();

  /** Factor on the eigenvalues of convolutions. */
  @Parameter(value = "factor on the eigenvalues of convolutions", above = 0)
  @Flag(value = "--conv-norm", label = "X")
  double convNorm();

  /** The estimators that leave it to the user where the tail starts. */
  sealed interface Fitted extends EstimatorSpec {

    /** Where the tail starts. */
    @Parameter(
        "where the tail starts: at a fixed position, at the eigenvalue with the smallest KS"
            + " distance, or at the best one around the peak of the log histogram")
    @Flag(value = "--fit", label = "RULE")
    XminRule fit();

    /**
     * With {@link XminRule#MEDIAN}, xmin is eigenvalue number {@code floor(N / xminPosition)} in
     * ascending order, 0-based. Other rules do not look at it.
     */
    @Parameter(
        value =
            "with fit median, the tail starts at eigenvalue number floor(N / X) of N in ascending"
                + " order; 2 is the median",
        above = 1)
    @Flag(value = "--xmin-position", label = "X", onlyWith = "fit=median")
    double xminPosition();
  }

  /** The estimators that look at windows of one shape. */
  sealed interface Windowed extends Fitted {

    /** Rows of a window of a dense layer; convolutions choose their own. */
    @Parameter(value = "rows of a window of a dense layer", atLeast = 1)
    @Flag(value = "--farms-rows", label = "N")
    int rows();

    /** Columns of a window as a multiple of its rows, {@code Q} in the paper. */
    @Parameter(value = "columns of a window as a multiple of its rows", above = 0)
    @Flag(value = "--farms-aspect", label = "Q")
    double aspect();

    private static void requireColumns(String name, int rows, double aspect) {
      double columns = rows * aspect;
      if (columns < 1 || columns > Integer.MAX_VALUE) {
        throw new InvalidValueException(
            "aspect",
            aspect,
            "rows * aspect of estimator '%s' must give 1 to %d columns, got: %d * %s"
                .formatted(name, Integer.MAX_VALUE, rows, aspect));
      }
    }
  }

  /** TempBalance (Zhou et al., NeurIPS 2023): one fit of the pooled spectrum of the slices. */
  @Descriptor(
      name = "tempbalance",
      version = TempBalance.VERSION,
      summary = "TempBalance: one fit of the pooled spectrum of a layer's matrices.",
      matrices = "slices, pooled",
      source =
          "Zhou et al., NeurIPS 2023; `Tempbalance`, github.com/YefanZhou/TempBalance at 9f0d9c7")
  record TempBalance(
      int version,
      @JsonProperty(defaultValue = "median") XminRule fit,
      double xminPosition,
      @JsonProperty(defaultValue = "false") boolean filterZeros,
      double convNorm)
      implements Fitted {

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public TempBalance {
      Fields.of(TempBalance.class).check(version, fit, xminPosition, filterZeros, convNorm);
    }

    /** The defaults of class {@code Tempbalance}: median, no filter, factor 0.5. */
    @Preset
    public static TempBalance median() {
      return of(XminRule.MEDIAN);
    }

    /** The defaults of class {@code Tempbalance} with another start of the tail. */
    public static TempBalance of(XminRule fit) {
      return new TempBalance(VERSION, fit, MEDIAN_POSITION, false, DEFAULT_CONV_NORM);
    }

    /** Reads what the first writers of version 1 left out, as what they did. */
    @JsonCreator
    static TempBalance decode(
        @JsonProperty("version") int version,
        @JsonProperty("fit") XminRule fit,
        @JsonProperty("xminPosition") double xminPosition,
        @JsonProperty("filterZeros") Boolean filterZeros,
        @JsonProperty("convNorm") double convNorm) {
      return new TempBalance(
          version,
          fit == null ? XminRule.MEDIAN : fit,
          xminPosition,
          filterZeros != null && filterZeros,
          convNorm);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.tempBalance(this);
    }
  }

  /**
   * FARMS (Hu et al., ICML 2025), the flavour for image classification: windows of one aspect ratio
   * instead of whole matrices. The windows of a dense layer are pooled into one fit; a convolution
   * gets one fit per block of rows, the same of all slices, and their mean.
   *
   * @param ops the published code divides by 0 when it is 1
   */
  @Descriptor(
      name = "farms",
      version = Farms.VERSION,
      summary =
          "FARMS for image classification: windows of one aspect ratio. The windows of a dense layer"
              + " are pooled; a convolution gets one fit per block of rows, and their mean.",
      matrices =
          "windows of a dense layer, pooled; blocks of a convolution, one fit each and their mean",
      source = "Hu et al., ICML 2025; `Tempbalance_FARMS`, github.com/HUST-AI-HYZ/FARMS at 8e07c3f")
  @Reports({Metric.WINDOWS, Metric.BLOCKS, Metric.NORM_STABLE_RANK})
  record Farms(
      int version,
      XminRule fit,
      double xminPosition,
      boolean filterZeros,
      double convNorm,
      int rows,
      double aspect,
      @Parameter(
              value = "distance between windows of a dense layer in both directions, without ops",
              atLeast = 1)
          @Flag(value = "--farms-step", label = "N", excludes = "ops")
          int step,
      @Parameter(
              value =
                  "windows of a dense layer in each direction, spread evenly; as many as step gives"
                      + " if it is absent",
              atLeast = 2)
          @Flag(value = "--farms-ops", label = "N")
          OptionalInt ops)
      implements Windowed {

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public Farms {
      ops = ops == null ? OptionalInt.empty() : ops;
      Fields.of(Farms.class)
          .check(version, fit, xminPosition, filterZeros, convNorm, rows, aspect, step, ops);
      Windowed.requireColumns("farms", rows, aspect);
    }

    /**
     * The defaults of class {@code Tempbalance_FARMS}: median, windows of 100 rows and 200 columns
     * in steps of 10.
     */
    @Preset
    public static Farms defaults() {
      return of(100, 2.0, 10, OptionalInt.empty());
    }

    /** The median fit on other windows. */
    public static Farms of(int rows, double aspect, int step, OptionalInt ops) {
      return new Farms(
          VERSION,
          XminRule.MEDIAN,
          MEDIAN_POSITION,
          false,
          DEFAULT_CONV_NORM,
          rows,
          aspect,
          step,
          ops);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.farms(this);
    }
  }

  /**
   * FARMS' flavour for pruning language models: as {@link Farms} with {@code ops}, but a window has
   * at most as many rows as the smaller side of the matrix.
   */
  @Descriptor(
      name = "farms-llm",
      version = FarmsLlm.VERSION,
      summary =
          "FARMS for language models: as farms with ops, but a window has at most as many rows as"
              + " the smaller side of the matrix.",
      matrices = "as `farms`; a window has at most as many rows as the smaller side",
      source =
          "Hu et al., ICML 2025; `net_esd_estimator_farms`, github.com/HUST-AI-HYZ/FARMS at 8e07c3f")
  @Reports({Metric.WINDOWS, Metric.BLOCKS, Metric.NORM_STABLE_RANK})
  record FarmsLlm(
      int version,
      XminRule fit,
      double xminPosition,
      boolean filterZeros,
      double convNorm,
      int rows,
      double aspect,
      @Parameter(value = "windows of a dense layer in each direction, spread evenly", atLeast = 2)
          @Flag(value = "--farms-ops", label = "N")
          int ops)
      implements Windowed {

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public FarmsLlm {
      Fields.of(FarmsLlm.class)
          .check(version, fit, xminPosition, filterZeros, convNorm, rows, aspect, ops);
      Windowed.requireColumns("farms-llm", rows, aspect);
    }

    /** The defaults of {@code net_esd_estimator_farms}: median, 10 times 10 windows, 100 by 200. */
    @Preset
    public static FarmsLlm defaults() {
      return of(XminRule.MEDIAN, 100, 2.0, 10);
    }

    /** Another fit on other windows. */
    public static FarmsLlm of(XminRule fit, int rows, double aspect, int ops) {
      return new FarmsLlm(
          VERSION, fit, MEDIAN_POSITION, false, DEFAULT_CONV_NORM, rows, aspect, ops);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.farmsLlm(this);
    }
  }

  /**
   * Model Balancing (Liu et al., EMNLP 2024): TempBalance's fit with other defaults, and stable
   * ranks.
   *
   * @param stableRankPosition {@code sr_mid_pos} in the published code
   */
  @Descriptor(
      name = "model-balancing",
      version = ModelBalancing.VERSION,
      summary = "Model Balancing: TempBalance's fit with other defaults, and stable ranks.",
      matrices =
          "slices, pooled; `sciml`: a convolution [out, in, k] is `out` matrices [in, k], without"
              + " `convNorm`",
      source = "Liu et al., EMNLP 2024; github.com/ZihangHLiu/ModelBalancing at 9970cea")
  @Reports({Metric.KEPT_STABLE_RANK, Metric.NORM_STABLE_RANK, Metric.EIG_RATIO})
  record ModelBalancing(
      int version,
      @Parameter(
              "which published code: a convolution [out, in, k] is k matrices [out, in] for nlp, and"
                  + " out matrices [in, k] for sciml")
          Flavour flavour,
      XminRule fit,
      double xminPosition,
      boolean filterZeros,
      double convNorm,
      @Parameter(
              value =
                  "the stable ranks look only at the eigenvalues from number floor(N /"
                      + " stableRankPosition) upwards; at all if it is absent",
              above = 1)
          OptionalDouble stableRankPosition)
      implements Fitted {

    /** Which of the two published codes. */
    public enum Flavour {
      /** Fine-tuning of language models. A convolution {@code [out, in, k]} is k matrices. */
      @JsonProperty("nlp")
      NLP,
      /**
       * Neural operators. A convolution {@code [out, in, k]} is {@code out} matrices {@code [in,
       * k]}: the published code does not permute it.
       */
      @JsonProperty("sciml")
      SCIML
    }

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public ModelBalancing {
      stableRankPosition = stableRankPosition == null ? OptionalDouble.empty() : stableRankPosition;
      Fields.of(ModelBalancing.class)
          .check(version, flavour, fit, xminPosition, filterZeros, convNorm, stableRankPosition);
    }

    /** The released fine-tuning runs: {@code xmin_pos} 1.5, no filter. */
    @Preset
    public static ModelBalancing nlp() {
      return new ModelBalancing(
          VERSION,
          Flavour.NLP,
          XminRule.MEDIAN,
          1.5,
          false,
          DEFAULT_CONV_NORM,
          OptionalDouble.empty());
    }

    /**
     * The released neural operator runs: the median of the filtered eigenvalues. They set {@code
     * stableRankPosition} to 2 after the first epoch, which does not change alpha.
     */
    public static ModelBalancing sciml() {
      return new ModelBalancing(
          VERSION,
          Flavour.SCIML,
          XminRule.MEDIAN,
          MEDIAN_POSITION,
          true,
          DEFAULT_CONV_NORM,
          OptionalDouble.empty());
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.modelBalancing(this);
    }
  }

  /**
   * WeightWatcher (Martin, Peng and Mahoney, Predicting trends in the quality of state-of-the-art
   * neural networks without access to training or testing data, Nature Communications 12, 2021): a
   * goodness-of-fit over the pooled eigenvalues above 1e-5, and its other metrics.
   *
   * @param clipXmax up to 9 of them ({@code fix_fingers='clip_xmax'})
   */
  @Descriptor(
      name = "weightwatcher",
      version = WeightWatcher.VERSION,
      summary = "WeightWatcher: goodness-of-fit over the pooled eigenvalues above 1e-5.",
      matrices = "slices, pooled; `goodness-of-fit` with the filter",
      source =
          "Martin, Peng and Mahoney, Nature Communications 12, 2021; WeightWatcher 0.7.5.5,"
              + " github.com/CalculatedContent/WeightWatcher at d6fd015")
  @Reports({
    Metric.EIGENVALUES_ABOVE_FILTER,
    Metric.SIGMA,
    Metric.SPIKES,
    Metric.ALPHA_WEIGHTED,
    Metric.LOG_ALPHA_NORM,
    Metric.MATRIX_RANK,
    Metric.MATRIX_ENTROPY,
    Metric.WEAK_RANK_LOSS
  })
  record WeightWatcher(
      int version,
      @Parameter(
              "leave out the largest eigenvalues one after the other until alpha falls by more than"
                  + " 1")
          @Flag("--clip-xmax")
          @Reports({Metric.RAW_ALPHA, Metric.FINGERS})
          boolean clipXmax)
      implements EstimatorSpec {

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version. */
    public WeightWatcher {
      Fields.of(WeightWatcher.class).check(version, clipXmax);
    }

    /** The defaults of {@code WeightWatcher.analyze()}. */
    @Preset
    public static WeightWatcher defaults() {
      return new WeightWatcher(VERSION, false);
    }

    @Override
    public boolean filterZeros() {
      return true;
    }

    @Override
    public double convNorm() {
      return DEFAULT_CONV_NORM;
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.weightWatcher(this);
    }
  }

  /**
   * Hill's estimator of the exponent of a tail (B. M. Hill, A simple general approach to inference
   * about the tail of a distribution, Annals of Statistics 3, 1975, 1163-1174) on a given share of
   * the eigenvalues, the largest ones. The tail includes its own start, as with the others here.
   */
  @Descriptor(
      name = "hill",
      version = Hill.VERSION,
      summary = "Hill's estimator on the largest share of the eigenvalues.",
      matrices = "slices, pooled; the tail is the `tailFraction` · N largest eigenvalues, rounded",
      source = "B. M. Hill, Annals of Statistics 3 (1975) 1163-1174")
  record Hill(
      int version,
      boolean filterZeros,
      double convNorm,
      @Parameter(
              value = "share of the eigenvalues that the tail holds, the largest ones, rounded",
              above = 0,
              atMost = 1)
          @Flag(value = "--tail-fraction", label = "F")
          double tailFraction)
      implements EstimatorSpec {

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public Hill {
      Fields.of(Hill.class).check(version, filterZeros, convNorm, tailFraction);
    }

    /** The largest tenth, no filter. */
    @Preset
    public static Hill largestTenth() {
      return new Hill(VERSION, false, DEFAULT_CONV_NORM, 0.1);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.hill(this);
    }
  }
}
