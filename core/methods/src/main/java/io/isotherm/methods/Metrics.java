package io.isotherm.methods;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Names of what some estimators say of a layer beyond the fields that every analysed layer has.
 * Every value is finite; one that is not is left out.
 */
public final class Metrics {

  /** How many eigenvalues a layer's spectrum has, {@code eigenvalueCount} of an analysed layer. */
  public static final String EIGENVALUE_COUNT = "eigenvalueCount";

  /** Eigenvalues above the zero filter; with any estimator that filters. */
  public static final String EIGENVALUES_ABOVE_FILTER = "eigenvaluesAboveFilter";

  /** FARMS: how many windows, or slices of a block, each fit pools. */
  public static final String WINDOWS = "windows";

  /** FARMS: how many blocks of a convolution the numbers are the means of. */
  public static final String BLOCKS = "blocks";

  /**
   * Model Balancing: sum over largest of the eigenvalues that the zero filter and {@code
   * stableRankPosition} leave.
   */
  public static final String KEPT_STABLE_RANK = "keptStableRank";

  /**
   * Model Balancing and FARMS: sum over number of the eigenvalues, for Model Balancing of those
   * that the zero filter and {@code stableRankPosition} leave.
   */
  public static final String NORM_STABLE_RANK = "normStableRank";

  /** Model Balancing: largest over median of the eigenvalues that are left. */
  public static final String EIG_RATIO = "eigRatio";

  /** WeightWatcher: standard error of alpha, {@code (alpha - 1) / sqrt(tail)}. */
  public static final String SIGMA = "sigma";

  /** WeightWatcher: how many eigenvalues are at least xmin. */
  public static final String SPIKES = "spikes";

  /** WeightWatcher: {@code alpha * log10(largest)}. */
  public static final String ALPHA_WEIGHTED = "alphaWeighted";

  /** WeightWatcher: {@code log10} of the sum of the eigenvalues to the power of alpha. */
  public static final String LOG_ALPHA_NORM = "logAlphaNorm";

  /**
   * WeightWatcher: how many eigenvalues are above the rounding level of the largest of their
   * matrix.
   */
  public static final String MATRIX_RANK = "matrixRank";

  /** WeightWatcher: entropy of the eigenvalues' shares over the logarithm of the matrix rank. */
  public static final String MATRIX_ENTROPY = "matrixEntropy";

  /** WeightWatcher: eigenvalues below 1e-6. */
  public static final String WEAK_RANK_LOSS = "weakRankLoss";

  /** WeightWatcher with {@code clipXmax}: how many of the largest eigenvalues were left out. */
  public static final String FINGERS = "fingers";

  /** WeightWatcher with {@code clipXmax}: alpha with all eigenvalues. */
  public static final String RAW_ALPHA = "rawAlpha";

  /** The fields of {@link Outcome.Analysed} that are numbers of a layer. */
  private static final List<String> FIELDS =
      List.of(
          "alpha",
          "ksDistance",
          "xmin",
          EIGENVALUE_COUNT,
          "spectralNorm",
          "frobeniusNorm",
          "stableRank",
          "alphaHat",
          "entropy");

  private Metrics() {}

  /**
   * The names in {@link Outcome.Analysed#numbers} that layers may have with an estimator. Some of
   * them are on some layers only, such as those of FARMS's blocks on convolutions.
   */
  public static SortedSet<String> reportedBy(EstimatorSpec estimator) {
    SortedSet<String> names = new TreeSet<>(FIELDS);
    if (estimator.filterZeros()) {
      names.add(EIGENVALUES_ABOVE_FILTER);
    }
    names.addAll(ownMetrics(estimator));
    return names;
  }

  private static List<String> ownMetrics(EstimatorSpec estimator) {
    if (estimator instanceof EstimatorSpec.Farms || estimator instanceof EstimatorSpec.FarmsLlm) {
      return List.of(WINDOWS, BLOCKS, NORM_STABLE_RANK);
    }
    if (estimator instanceof EstimatorSpec.ModelBalancing) {
      return List.of(KEPT_STABLE_RANK, NORM_STABLE_RANK, EIG_RATIO);
    }
    if (!(estimator instanceof EstimatorSpec.WeightWatcher weightWatcher)) {
      return List.of();
    }
    List<String> names =
        new ArrayList<>(
            List.of(
                SIGMA,
                SPIKES,
                ALPHA_WEIGHTED,
                LOG_ALPHA_NORM,
                MATRIX_RANK,
                MATRIX_ENTROPY,
                WEAK_RANK_LOSS));
    if (weightWatcher.clipXmax()) {
      names.addAll(List.of(RAW_ALPHA, FINGERS));
    }
    return names;
  }
}
