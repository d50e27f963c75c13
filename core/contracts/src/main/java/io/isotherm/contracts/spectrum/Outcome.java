package io.isotherm.contracts.spectrum;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.checks.Checks;
import io.isotherm.checks.OneLine;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.estimator.Verdict;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** What became of one layer's snapshot: numbers, or the reason why there are none. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "status")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Outcome.Analysed.class, name = "analysed"),
  @JsonSubTypes.Type(value = Outcome.Skipped.class, name = "skipped"),
  @JsonSubTypes.Type(value = Outcome.Superseded.class, name = "superseded"),
  @JsonSubTypes.Type(value = Outcome.Failed.class, name = "failed")
})
public sealed interface Outcome {

  /**
   * The layer has a spectrum and a power-law fit. "Eigenvalues" are the squared singular values of
   * the matrices that the estimator makes of the layer, pooled, convolution factor included, in the
   * unit of weights squared. Where an estimator takes the mean of several fits, alpha, ksDistance,
   * spectralNorm, frobeniusNorm, stableRank and alphaHat are the means of theirs.
   *
   * @param alpha power-law exponent of the tail, greater than 1
   * @param ksDistance largest difference between the tail and the fit, as the estimator defines it
   * @param xmin where the tail starts, an eigenvalue; absent for the mean of several fits
   * @param xminIndex its 0-based index among all eigenvalues in ascending order; present if xmin is
   * @param eigenvalueCount how many eigenvalues there are, before any filter
   * @param spectralNorm the largest eigenvalue: the squared largest singular value
   * @param frobeniusNorm the sum of the eigenvalues: the squared Frobenius norm
   * @param stableRank {@code frobeniusNorm / spectralNorm}
   * @param alphaHat {@code alpha * log10(spectralNorm)}
   * @param entropy of the eigenvalues as shares of their sum, 0 to 1: {@code -sum p ln p / ln n}
   * @param histogram of the eigenvalues
   * @param metrics what some estimators say beyond that, by the names in {@link Metric}; at most
   *     {@value #MAX_METRICS}
   * @param solver names the eigenvalue solver
   * @param precision of the eigenvalues that the numbers came from, {@code fp32} or {@code fp64}
   * @param computeNanos time from the matrices to the fit, on one thread
   * @param chance what chance explains of alpha; absent if that is not known, as with fewer than 10
   *     eigenvalues and from services that did not tell yet
   */
  record Analysed(
      double alpha,
      double ksDistance,
      OptionalDouble xmin,
      OptionalLong xminIndex,
      long eigenvalueCount,
      double spectralNorm,
      double frobeniusNorm,
      double stableRank,
      double alphaHat,
      double entropy,
      LogHistogram histogram,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "{}")
          SortedMap<String, Double> metrics,
      String solver,
      String precision,
      long computeNanos,
      Optional<Chance> chance)
      implements Outcome {

    /** More than any estimator reports: whoever remembers outcomes keeps all their numbers. */
    public static final int MAX_METRICS = 64;

    /** Checks that every number is finite and in its range. */
    public Analysed {
      if (!(Checks.requireFinite("alpha", alpha) > 1)) {
        throw new IllegalArgumentException("alpha must be greater than 1, got: " + alpha);
      }
      Checks.requireNotNegative("ksDistance", ksDistance);
      Checks.requirePositive("eigenvalueCount", eigenvalueCount);
      xmin = xmin == null ? OptionalDouble.empty() : xmin;
      xminIndex = xminIndex == null ? OptionalLong.empty() : xminIndex;
      checkStart(xmin, xminIndex, eigenvalueCount);
      Checks.requirePositive("spectralNorm", spectralNorm);
      Checks.requirePositive("frobeniusNorm", frobeniusNorm);
      Checks.requirePositive("stableRank", stableRank);
      Checks.requireFinite("alphaHat", alphaHat);
      Checks.requireNotNegative("entropy", entropy);
      Checks.requirePresent("histogram", histogram);
      metrics = metrics == null ? Collections.emptySortedMap() : checked(metrics);
      Checks.requireText("solver", solver);
      Checks.requireText("precision", precision);
      Checks.requireNotNegative("computeNanos", computeNanos);
      chance = chance == null ? Optional.empty() : chance;
    }

    /** Numbers that have not been held against chance. */
    public Analysed(
        double alpha,
        double ksDistance,
        OptionalDouble xmin,
        OptionalLong xminIndex,
        long eigenvalueCount,
        double spectralNorm,
        double frobeniusNorm,
        double stableRank,
        double alphaHat,
        double entropy,
        LogHistogram histogram,
        SortedMap<String, Double> metrics,
        String solver,
        String precision,
        long computeNanos) {
      this(
          alpha,
          ksDistance,
          xmin,
          xminIndex,
          eigenvalueCount,
          spectralNorm,
          frobeniusNorm,
          stableRank,
          alphaHat,
          entropy,
          histogram,
          metrics,
          solver,
          precision,
          computeNanos,
          Optional.empty());
    }

    /** The same numbers, held against chance. */
    public Analysed against(Chance chance) {
      return with(histogram, Optional.of(chance));
    }

    /** The same numbers with another histogram. */
    public Analysed with(LogHistogram other) {
      return with(other, chance);
    }

    private Analysed with(LogHistogram histogram, Optional<Chance> chance) {
      return new Analysed(
          alpha,
          ksDistance,
          xmin,
          xminIndex,
          eigenvalueCount,
          spectralNorm,
          frobeniusNorm,
          stableRank,
          alphaHat,
          entropy,
          histogram,
          metrics,
          solver,
          precision,
          computeNanos,
          chance);
    }

    /**
     * What is to be said of alpha; empty if nothing is.
     *
     * @param estimator that alpha was measured by
     */
    public Optional<Verdict> verdict(EstimatorSpec estimator) {
      return Verdict.of(
          estimator,
          alpha,
          chance.map(some -> OptionalDouble.of(some.alphaZ())).orElseGet(OptionalDouble::empty));
    }

    /**
     * Every number that a policy can be applied to, by name: the fields of this record and of
     * {@code chance}, and what is in {@code metrics}.
     */
    public SortedMap<String, Double> numbers() {
      SortedMap<String, Double> numbers = new TreeMap<>(metrics);
      numbers.put("alpha", alpha);
      numbers.put("ksDistance", ksDistance);
      xmin.ifPresent(value -> numbers.put("xmin", value));
      numbers.put(Metric.EIGENVALUE_COUNT.key(), (double) eigenvalueCount);
      numbers.put("spectralNorm", spectralNorm);
      numbers.put("frobeniusNorm", frobeniusNorm);
      numbers.put("stableRank", stableRank);
      numbers.put("alphaHat", alphaHat);
      numbers.put("entropy", entropy);
      chance.ifPresent(
          some -> {
            numbers.put(Metric.ALPHA_NULL.key(), some.alphaNull());
            numbers.put(Metric.ALPHA_EXCESS.key(), some.alphaExcess());
            numbers.put(Metric.ALPHA_Z.key(), some.alphaZ());
          });
      return numbers;
    }

    private static void checkStart(OptionalDouble xmin, OptionalLong index, long count) {
      if (xmin.isPresent() != index.isPresent()) {
        throw new IllegalArgumentException(
            "xmin and xminIndex must be there together, got: %s and %s".formatted(xmin, index));
      }
      xmin.ifPresent(value -> Checks.requirePositive("xmin", value));
      index.ifPresent(
          value -> {
            if (value < 0 || value >= count) {
              throw new IllegalArgumentException(
                  "xminIndex must be from 0 to %d, got: %d".formatted(count - 1, value));
            }
          });
    }

    private static SortedMap<String, Double> checked(SortedMap<String, Double> metrics) {
      Map<String, Double> entries = Checks.requireEntries("metrics", metrics);
      if (entries.size() > MAX_METRICS) {
        throw new IllegalArgumentException(
            "metrics must be at most %d, got: %d".formatted(MAX_METRICS, entries.size()));
      }
      entries.forEach(
          (name, value) -> Checks.requireFinite("metric " + OneLine.quoted(name), value));
      return Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }
  }

  /**
   * The weights do not have a meaningful alpha.
   *
   * @param reason one line for the reader, with the offending value or count
   */
  record Skipped(String reason) implements Outcome {
    /** Checks that there is a reason. */
    public Skipped {
      Checks.requireText("reason of a skipped layer", reason);
    }
  }

  /**
   * A newer snapshot of the same layer made this one pointless before it was analysed.
   *
   * @param byIncarnation the incarnation of the newer snapshot; a larger one than the layer's own
   *     means that this snapshot came from a trainer that has been replaced
   * @param byStep the step of the newer snapshot
   */
  record Superseded(long byIncarnation, long byStep) implements Outcome {
    /** Checks the numbers. */
    public Superseded {
      Checks.requirePositive("byIncarnation of a superseded layer", byIncarnation);
      Checks.requireNotNegative("byStep of a superseded layer", byStep);
    }
  }

  /**
   * The analysis did not come to an end.
   *
   * @param cause one line for the reader
   */
  record Failed(String cause) implements Outcome {
    /** Checks that there is a cause. */
    public Failed {
      Checks.requireText("cause of a failed layer", cause);
    }
  }
}
