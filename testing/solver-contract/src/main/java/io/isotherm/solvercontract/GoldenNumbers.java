package io.isotherm.solvercontract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.GoldenEntry;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.estimator.Verdict;
import java.util.Map;

/**
 * Compares an outcome with every number that the published code gave for it, by the published
 * names.
 *
 * @param relative of alpha, norms, ranks and eigenvalues
 * @param absolute of the distance
 */
record GoldenNumbers(double relative, double absolute) {

  /**
   * Against published numbers in double precision. An eigenvalue of the Gram matrix is off by a few
   * 1e-16 of the largest, and xmin is at least 4e-7 of the largest in every entry.
   */
  static final GoldenNumbers DOUBLE = new GoldenNumbers(1e-9, 1e-9);

  /** Against published numbers in single precision, seen up to 1.7e-5 and 5.4e-6 away. */
  static final GoldenNumbers SINGLE = new GoldenNumbers(1e-4, 2e-5);

  /**
   * Against WeightWatcher's convolutions, which it multiplies with the root of 0.5 in single
   * precision before it goes on in double.
   */
  static final GoldenNumbers SCALED_IN_SINGLE = new GoldenNumbers(5e-6, 5e-6);

  private static final Map<String, String> METRICS =
      Map.of(
          "eig_ratio", Metric.EIG_RATIO.key(),
          "eig_number_filtered", Metric.EIGENVALUES_ABOVE_FILTER.key(),
          "sigma", Metric.SIGMA.key(),
          "num_pl_spikes", Metric.SPIKES.key(),
          "weak_rank_loss", Metric.WEAK_RANK_LOSS.key(),
          "num_fingers", Metric.FINGERS.key(),
          "raw_alpha", Metric.RAW_ALPHA.key());

  /** The tolerances for an entry of a file in double precision. */
  static GoldenNumbers of(GoldenEntry entry) {
    return entry.estimator() instanceof EstimatorSpec.WeightWatcher
            && entry.weights().shape().size() == 4
        ? SCALED_IN_SINGLE
        : DOUBLE;
  }

  void assertMatch(GoldenEntry entry, Outcome outcome) {
    assertThat(outcome).as(entry.where()).isInstanceOf(Outcome.Analysed.class);
    Outcome.Analysed analysed = (Outcome.Analysed) outcome;
    for (Map.Entry<String, JsonNode> field : entry.expected().properties()) {
      assertField(entry, analysed, field.getKey(), field.getValue());
    }
  }

  private void assertField(
      GoldenEntry entry, Outcome.Analysed actual, String field, JsonNode expected) {
    String where = entry.where() + " " + field;
    switch (field) {
      case "alpha" -> assertClose(where, actual.alpha(), expected);
      case "D" ->
          assertThat(actual.ksDistance())
              .as(where)
              .isCloseTo(expected.doubleValue(), within(absolute));
      case "spectral_norm" -> assertClose(where, actual.spectralNorm(), expected);
      case "norm" -> assertClose(where, actual.frobeniusNorm(), expected);
      case "xmin" -> assertClose(where, actual.xmin().orElseThrow(), expected);
      case "stable_rank" ->
          assertClose(
              where,
              actual.metrics().getOrDefault(Metric.KEPT_STABLE_RANK.key(), actual.stableRank()),
              expected);
      // Logarithms may be near 0: what counts is alpha, which they are multiplied with.
      case "alphahat", "alpha_hat" -> assertProduct(where, actual.alphaHat(), actual, expected);
      case "alpha_weighted" ->
          assertProduct(where, actual.metrics().get(Metric.ALPHA_WEIGHTED.key()), actual, expected);
      case "log_alpha_norm" ->
          assertProduct(where, actual.metrics().get(Metric.LOG_ALPHA_NORM.key()), actual, expected);
      case "norm_stable_rank" ->
          assertClose(
              where,
              actual
                  .metrics()
                  .getOrDefault(
                      Metric.NORM_STABLE_RANK.key(),
                      actual.frobeniusNorm() / actual.eigenvalueCount()),
              expected);
      case "eigs_num", "num_evals" ->
          assertThat(actual.eigenvalueCount()).as(where).isEqualTo(expected.longValue());
      case "nz_num" ->
          assertThat(actual.eigenvalueCount() - filtered(actual))
              .as(where)
              .isEqualTo(expected.longValue());
      case "xmin_index" -> assertIndex(where, actual, expected);
      case "hist_peak_bin" -> assertPeak(where, actual, expected);
      case "warning" ->
          assertThat(
                  actual
                      .verdict(EstimatorSpec.WeightWatcher.defaults())
                      .map(Verdict::label)
                      .orElse(""))
              .as(where)
              .isEqualTo(expected.asText());
      case "matrix_rank" ->
          assertClose(where, actual.metrics().get(Metric.MATRIX_RANK.key()), expected);
      case "entropy" ->
          assertClose(where, actual.metrics().get(Metric.MATRIX_ENTROPY.key()), expected);
      default -> assertClose(where, actual.metrics().get(METRICS.get(field)), expected);
    }
  }

  /** Eigenvalues that the filter left out; none if it would have left out all. */
  private static long filtered(Outcome.Analysed actual) {
    double above = actual.metrics().getOrDefault(Metric.EIGENVALUES_ABOVE_FILTER.key(), 0.0);
    return above == 0 ? 0 : actual.eigenvalueCount() - (long) above;
  }

  /** The published index is one of the filtered eigenvalues, and a list where there are blocks. */
  private static void assertIndex(String where, Outcome.Analysed actual, JsonNode expected) {
    if (expected.size() > 1) {
      assertThat(actual.xminIndex()).as(where).isEmpty();
      return;
    }
    JsonNode index = expected.isArray() ? expected.get(0) : expected;
    assertThat(actual.xminIndex().orElseThrow() - filtered(actual))
        .as(where)
        .isEqualTo(index.longValue());
  }

  /** The published histogram is one of the filtered eigenvalues, ours of all. */
  private static void assertPeak(String where, Outcome.Analysed actual, JsonNode expected) {
    if (filtered(actual) > 0) {
      return;
    }
    var counts = actual.histogram().counts();
    int peak = 0;
    for (int bin = 1; bin < counts.size(); bin++) {
      if (counts.get(bin) > counts.get(peak)) {
        peak = bin;
      }
    }
    assertThat(peak).as(where).isEqualTo(expected.intValue());
  }

  private void assertProduct(
      String where, double value, Outcome.Analysed actual, JsonNode expected) {
    double scale = Math.max(actual.alpha(), Math.abs(value));
    assertThat(value).as(where).isCloseTo(expected.doubleValue(), within(relative * scale));
  }

  private void assertClose(String where, double actual, JsonNode expected) {
    double number = expected.doubleValue();
    assertThat(actual).as(where).isCloseTo(number, within(relative * Math.abs(number)));
  }
}
