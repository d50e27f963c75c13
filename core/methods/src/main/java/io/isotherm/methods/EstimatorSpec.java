package io.isotherm.methods;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.checks.Checks;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How alpha is measured. Name, version and parameters are part of the identity of a result.
 *
 * <p>The factories have the published defaults: those of the constructors and functions in the
 * repositories YefanZhou/TempBalance (commit 9f0d9c7), HUST-AI-HYZ/FARMS (8e07c3f),
 * ZihangHLiu/ModelBalancing (9970cea) and CalculatedContent/WeightWatcher (d6fd015, version
 * 0.7.5.5).
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
@JsonSubTypes({
  @JsonSubTypes.Type(
      value = EstimatorSpec.TempBalance.class,
      name = EstimatorSpec.TempBalance.NAME),
  @JsonSubTypes.Type(value = EstimatorSpec.Farms.class, name = EstimatorSpec.Farms.NAME),
  @JsonSubTypes.Type(value = EstimatorSpec.FarmsLlm.class, name = EstimatorSpec.FarmsLlm.NAME),
  @JsonSubTypes.Type(
      value = EstimatorSpec.ModelBalancing.class,
      name = EstimatorSpec.ModelBalancing.NAME),
  @JsonSubTypes.Type(
      value = EstimatorSpec.WeightWatcher.class,
      name = EstimatorSpec.WeightWatcher.NAME)
})
public sealed interface EstimatorSpec {

  /** TempBalance's estimator with the parameters of the paper. */
  EstimatorSpec DEFAULT = TempBalance.median();

  /** Factor on the eigenvalues of convolutions in all of the published codes. */
  double DEFAULT_CONV_NORM = 0.5;

  /** The position of xmin that makes it the median. */
  double MEDIAN_POSITION = 2;

  /** Grows whenever the same parameters would give other numbers. */
  int version();

  /** Where the tail starts. */
  XminRule fit();

  /**
   * With {@link XminRule#MEDIAN}, xmin is eigenvalue number {@code floor(N / xminPosition)} in
   * ascending order, 0-based; more than 1. Other rules do not look at it.
   */
  double xminPosition();

  /**
   * Whether eigenvalues up to 1e-5, an absolute threshold, are left out of the fit. If none is
   * above it, all are kept.
   */
  boolean filterZeros();

  /** Factor on the eigenvalues of convolutions, positive. */
  double convNorm();

  /**
   * TempBalance (Zhou et al., NeurIPS 2023): one fit of the pooled spectrum of a layer's slices.
   *
   * @param version {@value #VERSION}
   */
  record TempBalance(
      int version,
      @JsonProperty(defaultValue = "median") XminRule fit,
      double xminPosition,
      @JsonProperty(defaultValue = "false") boolean filterZeros,
      double convNorm)
      implements EstimatorSpec {
    /** Names the estimator in messages. */
    public static final String NAME = "tempbalance";

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public TempBalance {
      Estimators.checkCommon(NAME, version, VERSION, fit, xminPosition, convNorm);
    }

    /** The defaults of class {@code Tempbalance}: median, no filter, factor 0.5. */
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
  }

  /**
   * FARMS (Hu et al., ICML 2025), the flavour for image classification: windows of one aspect ratio
   * instead of whole matrices. The windows of a dense layer are pooled into one fit; a convolution
   * gets one fit per block of rows, the same of all slices, and their mean.
   *
   * @param version {@value #VERSION}
   * @param rows of a window of a dense layer, 1 or more; convolutions choose their own
   * @param aspect columns of a window as a multiple of its rows ({@code Q}), positive; {@code rows
   *     * aspect} must leave at least one column
   * @param step between two windows of a dense layer in both directions, 1 or more, if {@code ops}
   *     is absent
   * @param ops how many windows a dense layer has in each direction, 2 or more, spread evenly;
   *     absent for as many as {@code step} gives. The published code divides by 0 when it is 1
   */
  record Farms(
      int version,
      XminRule fit,
      double xminPosition,
      boolean filterZeros,
      double convNorm,
      int rows,
      double aspect,
      int step,
      OptionalInt ops)
      implements EstimatorSpec {
    /** Names the estimator in messages. */
    public static final String NAME = "farms";

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public Farms {
      Estimators.checkCommon(NAME, version, VERSION, fit, xminPosition, convNorm);
      Estimators.checkWindow(NAME, rows, aspect);
      Checks.requirePositive("step of estimator '" + NAME + "'", step);
      ops = ops == null ? OptionalInt.empty() : ops;
      ops.ifPresent(count -> Estimators.checkOps(NAME, count));
    }

    /**
     * The defaults of class {@code Tempbalance_FARMS}: median, windows of 100 rows and 200 columns
     * in steps of 10.
     */
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
  }

  /**
   * FARMS' flavour for pruning language models: as {@link Farms} with {@code ops}, but a window has
   * at most as many rows as the smaller side of the matrix.
   *
   * @param version {@value #VERSION}
   * @param rows of a window of a dense layer before it is clamped, 1 or more
   * @param aspect columns of a window as a multiple of its rows ({@code Q}), positive
   * @param ops how many windows a dense layer has in each direction, 2 or more, spread evenly
   */
  record FarmsLlm(
      int version,
      XminRule fit,
      double xminPosition,
      boolean filterZeros,
      double convNorm,
      int rows,
      double aspect,
      int ops)
      implements EstimatorSpec {
    /** Names the estimator in messages. */
    public static final String NAME = "farms-llm";

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public FarmsLlm {
      Estimators.checkCommon(NAME, version, VERSION, fit, xminPosition, convNorm);
      Estimators.checkWindow(NAME, rows, aspect);
      Estimators.checkOps(NAME, ops);
    }

    /** The defaults of {@code net_esd_estimator_farms}: median, 10 times 10 windows, 100 by 200. */
    public static FarmsLlm defaults() {
      return of(XminRule.MEDIAN, 100, 2.0, 10);
    }

    /** Another fit on other windows. */
    public static FarmsLlm of(XminRule fit, int rows, double aspect, int ops) {
      return new FarmsLlm(
          VERSION, fit, MEDIAN_POSITION, false, DEFAULT_CONV_NORM, rows, aspect, ops);
    }
  }

  /**
   * Model Balancing (Liu et al., EMNLP 2024): TempBalance's fit with other defaults, and stable
   * ranks.
   *
   * @param version {@value #VERSION}
   * @param flavour what the published code is for; decides how a convolution over one dimension is
   *     read
   * @param stableRankPosition if present, the stable ranks look only at the eigenvalues from number
   *     {@code floor(N / stableRankPosition)} upwards; more than 1. {@code sr_mid_pos} in the
   *     published code
   */
  record ModelBalancing(
      int version,
      Flavour flavour,
      XminRule fit,
      double xminPosition,
      boolean filterZeros,
      double convNorm,
      OptionalDouble stableRankPosition)
      implements EstimatorSpec {

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

    /** Names the estimator in messages. */
    public static final String NAME = "model-balancing";

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public ModelBalancing {
      Estimators.checkCommon(NAME, version, VERSION, fit, xminPosition, convNorm);
      Checks.requirePresent("flavour of estimator '" + NAME + "'", flavour);
      stableRankPosition = stableRankPosition == null ? OptionalDouble.empty() : stableRankPosition;
      stableRankPosition.ifPresent(
          position -> Estimators.checkPosition("stableRankPosition", NAME, position));
    }

    /** The released fine-tuning runs: {@code xmin_pos} 1.5, no filter. */
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
  }

  /**
   * WeightWatcher (Martin, Peng and Mahoney, Predicting trends in the quality of state-of-the-art
   * neural networks without access to training or testing data, Nature Communications 12, 2021): a
   * goodness-of-fit over the pooled eigenvalues above 1e-5, and its other metrics.
   *
   * @param version {@value #VERSION}
   * @param clipXmax whether the largest eigenvalues are left out of the fit, one after the other up
   *     to 9, until alpha falls by more than 1 ({@code fix_fingers='clip_xmax'})
   */
  record WeightWatcher(int version, boolean clipXmax) implements EstimatorSpec {
    /** Names the estimator in messages. */
    public static final String NAME = "weightwatcher";

    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version. */
    public WeightWatcher {
      Estimators.checkVersion(NAME, version, VERSION);
    }

    /** The defaults of {@code WeightWatcher.analyze()}. */
    public static WeightWatcher defaults() {
      return new WeightWatcher(VERSION, false);
    }

    @Override
    public XminRule fit() {
      return XminRule.GOODNESS_OF_FIT;
    }

    @Override
    public double xminPosition() {
      return MEDIAN_POSITION;
    }

    @Override
    public boolean filterZeros() {
      return true;
    }

    @Override
    public double convNorm() {
      return DEFAULT_CONV_NORM;
    }
  }
}
