package io.isotherm.spectra.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.golden.Golden;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicySpec;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** All maps in reference mode against those of TempBalance's code. */
class TempBalanceMapGoldenTest {

  /** Relative; the same few operations in another order. */
  private static final double RELATIVE = 1e-12;

  private static final LayerSelection ALL = new LayerSelection(false, false, 0);

  @Test
  void factorsTimesTheBaseRateAreThePublishedLearningRates() {
    // Given
    JsonNode cases = Golden.json("lr_maps.json");
    int compared = 0;
    int unusable = 0;
    int ambiguous = 0;

    for (JsonNode entry : cases) {
      if (isOrderOfTiesUnknown(entry)) {
        ambiguous++;
        continue;
      }
      String where = entry.get("case").asText() + " " + entry.get("assign_func").asText();
      GoldenLayers golden = GoldenLayers.of(names(entry), entry.get("metric_scores"));

      // When
      List<LayerFactor> factors =
          LayerFactors.of(policy(entry), golden.layers(), Readings.of(golden.alphas()));

      // Then
      assertThat(factors).as(where).hasSameSizeAs(golden.layers());
      for (int i = 0; i < factors.size(); i++) {
        double expected = Golden.number(entry.get("out").get(i));
        if (expected > 0) {
          assertThat(factors.get(i).role()).as("%s %d", where, i).isEqualTo(Role.TUNED);
          assertThat(factors.get(i).factor() * entry.get("untuned_lr").doubleValue())
              .as("%s %d", where, i)
              .isCloseTo(expected, Percentage.withPercentage(100 * RELATIVE));
          compared++;
        } else {
          assertThat(factors.get(i))
              .as("%s %d, published: %s", where, i, expected)
              .isEqualTo(
                  new LayerFactor(factors.get(i).layer(), Role.NO_ALPHA, 1, Optional.empty()));
          unusable++;
        }
      }
    }
    System.out.printf(
        "lr_maps.json: %d cases, %d learning rates matched, %d that no optimiser survives (NaN, 0 or"
            + " negative) answered with factor 1; %d cases depend on the order that an unstable sort"
            + " gives to ties%n",
        cases.size() - ambiguous, compared, unusable, ambiguous);
    assertThat(cases.size()).isEqualTo(80);
    assertThat(ambiguous).isEqualTo(2);
    assertThat(compared).isEqualTo(520);
    assertThat(unusable).isEqualTo(48);
  }

  /** numpy sorts more than 16 values with an algorithm that may exchange equal ones. */
  private static boolean isOrderOfTiesUnknown(JsonNode entry) {
    return entry.get("assign_func").asText().equals("tb_step")
        && entry.get("case").asText().equals("long20_ties");
  }

  private static PolicySpec.Single policy(JsonNode entry) {
    double min = entry.get("lr_min_ratio").doubleValue();
    double max = entry.get("lr_max_ratio").doubleValue();
    return switch (entry.get("assign_func").asText()) {
      case "tb_linear_map" -> new PolicySpec.Linear(min, max, ALL, Compatibility.REFERENCE);
      case "tb_sqrt" -> new PolicySpec.Sqrt(ALL, Compatibility.REFERENCE);
      case "tb_log2" -> new PolicySpec.Log2(ALL, Compatibility.REFERENCE);
      case "tb_step" ->
          new PolicySpec.Step(min, max, ALL, Compatibility.REFERENCE, Optional.empty(), false);
      default -> throw new IllegalArgumentException(entry.get("assign_func").asText());
    };
  }

  private static JsonNode names(JsonNode entry) {
    ArrayNode names = JsonNodeFactory.instance.arrayNode();
    entry.get("metric_scores").forEach(alpha -> names.add("layer" + names.size()));
    return names;
  }
}
