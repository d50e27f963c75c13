package io.isotherm.spectra.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.golden.Golden;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.methods.policy.PolicySpec.Blocks;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** All maps in reference mode against those of Model Balancing's code, on four networks. */
class ModelBalancingMapGoldenTest {

  /** Relative; exponentials and the same few operations in another order. */
  private static final double RELATIVE = 1e-12;

  private static final LayerSelection ALL = new LayerSelection(false, false, 0);

  @Test
  void factorsTimesTheBaseAreThePublishedValues() {
    int maps = 0;
    int compared = 0;
    int reversed = 0;
    for (JsonNode set : Golden.json("modelbalancing_maps.json")) {
      // Given
      GoldenLayers golden = GoldenLayers.of(set.get("layers"), set.get("alpha"));
      for (JsonNode map : set.get("maps")) {
        if (map.get("temp_balance").asText().equals("tb_layer_groups")) {
          reversed++;
          continue;
        }

        // When
        List<LayerFactor> factors =
            LayerFactors.of(policy(map), golden.layers(), Readings.of(golden.alphas()));

        // Then
        for (int i = 0; i < factors.size(); i++) {
          String where = "%s %s %s".formatted(set.get("set"), factors.get(i).layer(), map);
          assertThat(factors.get(i).role()).as(where).isEqualTo(Role.TUNED);
          assertThat(factors.get(i).factor() * base(map))
              .as(where)
              .isCloseTo(
                  map.get("out").get(i).doubleValue(), Percentage.withPercentage(100 * RELATIVE));
          compared++;
        }
        maps++;
      }
    }
    System.out.printf(
        "modelbalancing_maps.json: %d maps, %d values matched; not offered: %d maps that give small"
            + " alphas large rates (tb_layer_groups)%n",
        maps, compared, reversed);
    assertThat(maps).isEqualTo(128);
    assertThat(compared).isEqualTo(1140);
    assertThat(reversed).isEqualTo(4);
  }

  private static double base(JsonNode map) {
    return map.get("epoch_val").doubleValue();
  }

  private static PolicySpec.Single policy(JsonNode map) {
    String name = map.get("temp_balance").asText();
    JsonNode args = map.path("args");
    boolean normalise = args.path("tb_lr_normalize").asText("False").equals("True");
    return switch (name) {
      case "tb_sqrt" -> new PolicySpec.Sqrt(ALL, Compatibility.REFERENCE);
      case "tb_log2" -> new PolicySpec.Log2(ALL, Compatibility.REFERENCE);
      case "tb_linear_map" -> map("linear_map", map, Optional.empty(), normalise);
      case "tbr" -> map("rank", map, Optional.empty(), normalise);
      case "tb_std_sigmoid" -> map("sigmoid", map, Optional.empty(), normalise);
      case "tb_layer_blocks" ->
          map(args.get("schedule_func").asText(), map, Optional.of(blocks(map)), normalise);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Blocks blocks(JsonNode map) {
    return map.get("args").get("tb_unit").asText().equals("block")
        ? new Blocks.Whole()
        : new Blocks.Within(min(map), min(map) + slope(map));
  }

  private static PolicySpec.Single map(
      String function, JsonNode map, Optional<Blocks> blocks, boolean normalise) {
    double max = min(map) + slope(map);
    return switch (function) {
      case "linear_map" ->
          new PolicySpec.Linear(min(map), max, ALL, Compatibility.REFERENCE, blocks, normalise);
      case "rank" ->
          new PolicySpec.Step(min(map), max, ALL, Compatibility.REFERENCE, blocks, normalise);
      case "sigmoid" -> sigmoid(map, blocks, normalise);
      default -> throw new IllegalArgumentException(function);
    };
  }

  /** The code for neural operators calls the two ranges by the names of the linear map's. */
  private static PolicySpec.Single sigmoid(
      JsonNode map, Optional<Blocks> blocks, boolean normalise) {
    JsonNode args = map.path("args");
    JsonNode lower = args.path("sigmoid_min");
    JsonNode upper = args.path("sigmoid_max");
    return new PolicySpec.Sigmoid(
        (lower.isMissingNode() ? map.get("lr_min_ratio") : lower).doubleValue(),
        (upper.isMissingNode() ? map.get("lr_slope") : upper).doubleValue(),
        map.path("args").path("exp_temp").asDouble(10),
        ALL,
        Compatibility.REFERENCE,
        blocks,
        normalise);
  }

  private static double min(JsonNode map) {
    return value(map, "min_ratio");
  }

  private static double slope(JsonNode map) {
    return value(map, "slope");
  }

  /** Of the learning rate or, where that is what the map is for, of the weight decay. */
  private static double value(JsonNode map, String name) {
    String prefix = map.path("hyperparam").asText("lr") + "_";
    JsonNode args = map.path("args");
    return (args.has(prefix + name) ? args : map).get(prefix + name).doubleValue();
  }
}
