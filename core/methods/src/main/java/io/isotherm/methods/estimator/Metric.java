package io.isotherm.methods.estimator;

import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The numbers of a layer that a policy can be applied to. Each is finite, or it is left out. */
public enum Metric {
  /** The exponent of the power law. */
  ALPHA("alpha", "the exponent of the power law"),
  /** Alpha that chance alone gives. */
  ALPHA_NULL("alphaNull", "mean alpha of a random matrix of the same shape"),
  /** Alpha above that. */
  ALPHA_EXCESS("alphaExcess", "alpha − alphaNull"),
  /** The same in units of chance's own spread. */
  ALPHA_Z("alphaZ", "alphaExcess / standard deviation of alpha among such random matrices"),
  /** How far the tail is from its fit. */
  KS_DISTANCE("ksDistance", "distance of the tail from its fit"),
  /** Where the tail starts. */
  XMIN("xmin", "the eigenvalue where the tail starts"),
  /** How many eigenvalues a layer's spectrum has. */
  EIGENVALUE_COUNT("eigenvalueCount", "N, number of all eigenvalues"),
  /** The largest eigenvalue. */
  SPECTRAL_NORM("spectralNorm", "λ_max"),
  /** The sum of the eigenvalues. */
  FROBENIUS_NORM("frobeniusNorm", "Σ λ"),
  /** Sum over largest. */
  STABLE_RANK("stableRank", "Σ λ / λ_max"),
  /** Alpha times the logarithm of the largest. */
  ALPHA_HAT("alphaHat", "alpha · log₁₀ λ_max"),
  /** Entropy of the eigenvalues' shares. */
  ENTROPY("entropy", "entropy of the eigenvalues' shares of their sum"),

  /** Stacks of matrices, with any estimator: the smallest alpha of a matrix. */
  SMALLEST_ALPHA("smallestAlpha", "the smallest alpha of a matrix of a stack"),
  /** Stacks of matrices, with any estimator: the largest alpha of a matrix. */
  LARGEST_ALPHA("largestAlpha", "the largest alpha of a matrix of a stack"),

  /** Eigenvalues above the zero filter; with any estimator that filters. */
  EIGENVALUES_ABOVE_FILTER("eigenvaluesAboveFilter", "number of λ above the zero filter"),
  /** FARMS: how many windows, or slices of a block, each fit pools. */
  WINDOWS("windows", "windows, or slices of a block, that each fit pools"),
  /** FARMS: how many blocks of a convolution the numbers are the means of. */
  BLOCKS("blocks", "blocks of a convolution that the numbers are the means of"),
  /**
   * Model Balancing: sum over largest of the eigenvalues that the zero filter and {@code
   * stableRankPosition} leave.
   */
  KEPT_STABLE_RANK(
      "keptStableRank", "Σ λ / λ_max of what the filter and `stableRankPosition` leave"),
  /**
   * Model Balancing and FARMS: sum over number of the eigenvalues, for Model Balancing of those
   * that the zero filter and {@code stableRankPosition} leave.
   */
  NORM_STABLE_RANK(
      "normStableRank",
      "Σ λ / N; with `model-balancing` of what the filter and `stableRankPosition` leave"),
  /** Model Balancing: largest over median of the eigenvalues that are left. */
  EIG_RATIO("eigRatio", "λ_max / median λ of what the filter and `stableRankPosition` leave"),
  /** WeightWatcher: standard error of alpha. */
  SIGMA("sigma", "(alpha − 1) / √n, n = members of the tail"),
  /** WeightWatcher: how many eigenvalues are at least xmin. */
  SPIKES("spikes", "number of λ ≥ xmin"),
  /** WeightWatcher: {@code alpha * log10(largest)}. */
  ALPHA_WEIGHTED("alphaWeighted", "alpha · log₁₀ λ_max"),
  /** WeightWatcher: {@code log10} of the sum of the eigenvalues to the power of alpha. */
  LOG_ALPHA_NORM("logAlphaNorm", "log₁₀ Σ λ^alpha"),
  /** WeightWatcher: eigenvalues above the rounding level of the largest of their matrix. */
  MATRIX_RANK("matrixRank", "number of λ above the rounding level"),
  /** WeightWatcher: entropy of the eigenvalues' shares over the logarithm of the matrix rank. */
  MATRIX_ENTROPY("matrixEntropy", "−Σ p ln p / ln rank, p = λ / Σ λ"),
  /** WeightWatcher: eigenvalues below 1e-6. */
  WEAK_RANK_LOSS("weakRankLoss", "number of λ < 1e-6"),
  /** WeightWatcher with {@code clipXmax}: alpha with all eigenvalues. */
  RAW_ALPHA("rawAlpha", "alpha before clipping"),
  /** WeightWatcher with {@code clipXmax}: how many of the largest eigenvalues were left out. */
  FINGERS("fingers", "largest eigenvalues that were clipped, less one, as published");

  private final String key;
  private final String meaning;

  Metric(String key, String meaning) {
    this.key = key;
    this.meaning = meaning;
  }

  /** Its name in an outcome. */
  public String key() {
    return key;
  }

  /** What it is, for documents. */
  public String meaning() {
    return meaning;
  }

  /** Whether it is a field of every outcome, and not one that some estimators add. */
  public boolean isOfEveryEstimator() {
    return compareTo(ENTROPY) <= 0;
  }

  /** Whether it is one that any estimator adds for stacks of matrices. */
  public boolean isOfStacks() {
    return this == SMALLEST_ALPHA || this == LARGEST_ALPHA;
  }

  /**
   * The names of the numbers that layers may have with an estimator. Some of them are on some
   * layers only, such as those of FARMS's blocks on convolutions.
   */
  public static SortedSet<String> reportedBy(EstimatorSpec estimator) {
    return Stream.concat(
            Arrays.stream(values())
                .filter(metric -> metric.isOfEveryEstimator() || metric.isOfStacks()),
            added(estimator))
        .map(Metric::key)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<Metric> added(EstimatorSpec estimator) {
    return Stream.concat(
            Stream.ofNullable(estimator.getClass().getAnnotation(Reports.class)),
            Estimators.CATALOGUE.entryOf(estimator).fields().list().stream()
                .filter(field -> Boolean.TRUE.equals(field.of(estimator)))
                .flatMap(field -> field.annotation(Reports.class).stream()))
        .flatMap(reports -> Arrays.stream(reports.value()));
  }

  /** As outcomes and users write it. */
  @Override
  public String toString() {
    return key;
  }
}
