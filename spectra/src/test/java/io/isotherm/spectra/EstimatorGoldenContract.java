package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.run.EstimatorSpec;
import io.isotherm.contracts.run.XminRule;
import io.isotherm.contracts.safetensors.SafeTensor;
import io.isotherm.contracts.spectrum.Outcome;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Alpha and its companions against TempBalance's own code, run in double precision. */
public abstract class EstimatorGoldenContract {

  /**
   * Relative; an eigenvalue of the Gram matrix is off by a few 1e-16 of the largest, and xmin is at
   * least 4e-7 of the largest in every entry that is meant to be matched.
   */
  private static final double RELATIVE = 1e-9;

  /** Absolute, for a distance between 0 and 1. */
  private static final double DISTANCE = 1e-9;

  /** Absolute, for an alpha from single precision. */
  private static final double CERTIFIED = 1e-4;

  /** A new solver under test. */
  protected abstract EigenvalueSolver create();

  @Test
  void everyExactEntryIsMatchedAndNoOtherIsMadeUp() {
    // Given
    JsonNode tensors = Golden.json("estimators.json");
    EigenvalueSolver solver = create();
    LayerAnalysis analysis = new LayerAnalysis(solver, PrecisionMode.DOUBLE);
    int exact = 0;
    int peaks = 0;
    Set<String> skipped = new TreeSet<>();
    Set<String> finite = new TreeSet<>();

    for (Map.Entry<String, JsonNode> entry : tensors.properties()) {
      SafeTensor weights = Golden.weights(entry.getKey(), entry.getValue().get("shape"));
      for (Map.Entry<String, JsonNode> mode : entry.getValue().get("modes").properties()) {
        String where = entry.getKey() + " " + mode.getKey();

        // When
        Outcome outcome = analysis.analyse(weights, estimator(mode.getKey()));

        // Then
        if (mode.getValue().get("compare").asText().equals("exact")) {
          assertMatches(where, outcome, mode.getValue().get("f64"));
          exact++;
          if (mode.getKey().equals("median/2") && entry.getValue().has("hist_peak_bin")) {
            assertThat(peak((Outcome.Analysed) outcome))
                .as("%s peak of the histogram", where)
                .isEqualTo(entry.getValue().get("hist_peak_bin").intValue());
            peaks++;
          }
        } else if (outcome instanceof Outcome.Skipped reason) {
          skipped.add(where + ": " + reason.reason());
        } else {
          assertThat(outcome).as(where).isInstanceOf(Outcome.Analysed.class);
          finite.add(where);
        }
      }
    }
    System.out.printf(
        "estimators.json, %s: %d entries matched, %d histogram peaks; not meant to be matched: %d"
            + " skipped, %d finite%n",
        solver.name(), exact, peaks, skipped.size(), finite.size());
    solver.close();
    assertThat(exact).isPositive();
    assertThat(peaks).isPositive();
    skipped.forEach(line -> System.out.println("  skipped " + line));
    finite.forEach(line -> System.out.println("  finite  " + line));
  }

  @Test
  void mixedPrecisionKeepsWhatItsCertificatePromises() {
    // Given
    JsonNode tensors = Golden.json("estimators.json");
    EigenvalueSolver solver = create();
    LayerAnalysis analysis = new LayerAnalysis(solver, PrecisionMode.MIXED);

    for (Map.Entry<String, JsonNode> entry : tensors.properties()) {
      SafeTensor weights = Golden.weights(entry.getKey(), entry.getValue().get("shape"));
      for (Map.Entry<String, JsonNode> mode : entry.getValue().get("modes").properties()) {
        if (mode.getValue().get("compare").asText().equals("exact")) {
          // When
          Outcome outcome = analysis.analyse(weights, estimator(mode.getKey()));

          // Then
          assertThat(((Outcome.Analysed) outcome).alpha())
              .as("%s %s", entry.getKey(), mode.getKey())
              .isCloseTo(Golden.number(mode.getValue().get("f64").get("alpha")), within(CERTIFIED));
        }
      }
    }
    solver.close();
  }

  private static void assertMatches(String where, Outcome outcome, JsonNode expected) {
    assertThat(outcome).as(where).isInstanceOf(Outcome.Analysed.class);
    Outcome.Analysed actual = (Outcome.Analysed) outcome;
    double alpha = Golden.number(expected.get("alpha"));
    assertClose(where + " alpha", actual.alpha(), alpha);
    assertThat(actual.ksDistance())
        .as("%s D", where)
        .isCloseTo(Golden.number(expected.get("D")), within(DISTANCE));
    assertThat(actual.alphaHat())
        .as("%s alphahat", where)
        .isCloseTo(
            Golden.number(expected.get("alphahat")),
            within(RELATIVE * Math.max(Math.abs(alpha), Math.abs(actual.alphaHat()))));
    assertClose(
        where + " spectral_norm",
        actual.spectralNorm(),
        Golden.number(expected.get("spectral_norm")));
    assertClose(where + " norm", actual.frobeniusNorm(), Golden.number(expected.get("norm")));
    assertClose(where + " xmin", actual.xmin().orElseThrow(), Golden.number(expected.get("xmin")));
    assertThat(actual.xminIndex().orElseThrow())
        .as("%s xmin_index", where)
        .isEqualTo(expected.get("xmin_index").longValue());
    assertThat(actual.eigenvalueCount())
        .as("%s eigs_num", where)
        .isEqualTo(expected.get("eigs_num").longValue());
  }

  private static void assertClose(String what, double actual, double expected) {
    assertThat(actual).as(what).isCloseTo(expected, Percentage.withPercentage(100 * RELATIVE));
  }

  private static int peak(Outcome.Analysed outcome) {
    var counts = outcome.histogram().counts();
    int peak = 0;
    for (int bin = 1; bin < counts.size(); bin++) {
      if (counts.get(bin) > counts.get(peak)) {
        peak = bin;
      }
    }
    return peak;
  }

  /** {@code median/POSITION}, with {@code +conv_norm1} for a convolution factor of 1. */
  private static EstimatorSpec estimator(String mode) {
    double convNorm = mode.endsWith("+conv_norm1") ? 1.0 : 0.5;
    String position = mode.replace("median/", "").replace("+conv_norm1", "");
    return new EstimatorSpec.TempBalance(
        1, XminRule.MEDIAN, Double.parseDouble(position), false, convNorm);
  }
}
