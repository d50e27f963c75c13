package io.isotherm.spectra.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.Compatibility;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.LayerSelection;
import io.isotherm.contracts.run.PolicySpec;
import io.isotherm.spectra.Golden;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** The linear policy in reference mode against {@code tb_linear_map}. */
class LinearMapGoldenTest {

  /** Relative; the same three operations in another order. */
  private static final double RELATIVE = 1e-12;

  private static final LayerSelection ALL = new LayerSelection(false, false, 0);

  @Test
  void factorsTimesTheBaseRateAreThePublishedLearningRates() {
    // Given
    JsonNode cases = Golden.json("lr_maps.json");
    int compared = 0;
    int withoutAlpha = 0;

    for (JsonNode entry : cases) {
      String where = entry.get("case").asText();
      PolicySpec policy =
          new PolicySpec.Linear(
              entry.get("lr_min_ratio").doubleValue(),
              entry.get("lr_max_ratio").doubleValue(),
              ALL,
              Compatibility.REFERENCE);
      List<LayerDescription> layers = new ArrayList<>();
      Map<String, Double> alphas = new HashMap<>();
      for (JsonNode alpha : entry.get("metric_scores")) {
        LayerDescription layer = layer("layer" + layers.size());
        layers.add(layer);
        alphas.put(layer.name(), Golden.number(alpha));
      }

      // When
      List<LayerFactor> factors = LayerFactors.of(policy, layers, alphas);

      // Then
      assertThat(factors).as(where).hasSameSizeAs(layers);
      for (int i = 0; i < factors.size(); i++) {
        double expected = Golden.number(entry.get("out").get(i));
        if (Double.isNaN(expected)) {
          assertThat(factors.get(i).role()).as(where).isEqualTo(Role.NO_ALPHA);
          withoutAlpha++;
        } else {
          assertThat(factors.get(i).role()).as(where).isEqualTo(Role.TUNED);
          assertThat(factors.get(i).factor() * entry.get("untuned_lr").doubleValue())
              .as("%s %d", where, i)
              .isCloseTo(expected, Percentage.withPercentage(100 * RELATIVE));
          compared++;
        }
      }
    }
    System.out.printf(
        "lr_maps.json: %d cases, %d learning rates matched, %d NaN answered with no alpha%n",
        cases.size(), compared, withoutAlpha);
    assertThat(compared).isPositive();
  }

  private static LayerDescription layer(String name) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(64L, 64L), Optional.empty(), OptionalInt.empty());
  }
}
