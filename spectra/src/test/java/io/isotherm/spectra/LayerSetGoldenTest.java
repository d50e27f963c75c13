package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.Compatibility;
import io.isotherm.contracts.run.EstimatorSpec;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.LayerSelection;
import io.isotherm.contracts.run.PolicySpec;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.spectra.policy.LayerFactor;
import io.isotherm.spectra.policy.LayerFactors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A whole ResNet-18 from its weights to the learning rates of TempBalance's optimizer groups. */
class LayerSetGoldenTest {

  /** Relative; the published rates come from float32 alphas, seen up to 6.4e-6 away. */
  private static final double RATE = 5e-5;

  /** Relative, against the alphas from float32 weights cast to double. */
  private static final double ALPHA = 1e-9;

  private static final JsonNode SET = Golden.json("layerset_resnet18_w12.json");
  private static final Map<String, Double> ALPHAS = new LinkedHashMap<>();

  @BeforeAll
  static void analyseEveryLayer() {
    LayerAnalysis analysis = new LayerAnalysis(new ReferenceEigenvalueSolver());
    for (JsonNode layer : SET.get("layers")) {
      String name = layer.get("name").asText();
      Outcome outcome =
          analysis.analyse(
              Golden.weights("resnet18_w12/" + name, layer.get("shape")), EstimatorSpec.DEFAULT);
      assertThat(outcome).as(name).isInstanceOf(Outcome.Analysed.class);
      ALPHAS.put(name, ((Outcome.Analysed) outcome).alpha());
    }
  }

  @Test
  void alphaOfEveryLayerIsThePublishedOne() {
    // Given
    JsonNode expected = SET.get("estimates").get("median/2").get("alpha");

    // Then
    int i = 0;
    for (Map.Entry<String, Double> alpha : ALPHAS.entrySet()) {
      assertThat(alpha.getValue())
          .as(alpha.getKey())
          .isCloseTo(expected.get(i++).doubleValue(), Percentage.withPercentage(100 * ALPHA));
    }
    System.out.printf("layerset_resnet18_w12.json: %d alphas matched%n", i);
    assertThat(i).isEqualTo(expected.size());
  }

  @Test
  void learningRatesOfEveryScheduleAreThePublishedOnes() {
    int compared = 0;
    for (JsonNode schedule : SET.get("schedules")) {
      // Given
      PolicySpec policy = policy(schedule.get("config"));
      boolean normLayers = schedule.get("config").path("batchnorm").asBoolean(true);

      // When
      Map<String, LayerFactor> factors =
          LayerFactors.of(policy, layers(normLayers), ALPHAS).stream()
              .collect(Collectors.toMap(LayerFactor::layer, factor -> factor));

      // Then
      compared += assertRates(schedule, schedule.get("initial"), factors);
      for (JsonNode step : schedule.get("steps")) {
        compared += assertRates(schedule, step, factors);
      }
    }
    System.out.printf(
        "layerset_resnet18_w12.json: %d schedules, %d learning rates matched%n",
        SET.get("schedules").size(), compared);
    assertThat(compared).isPositive();
  }

  /** Each tuned group is one weight or norm layer; the last group is everything else. */
  private static int assertRates(
      JsonNode schedule, JsonNode step, Map<String, LayerFactor> factors) {
    double base = step.get("untuned_lr").doubleValue();
    int tuned = schedule.get("tuned_group_count").intValue();
    for (int group = 0; group < tuned; group++) {
      String layer = layerOf(schedule.get("groups_params").get(group).get(0).asText());
      assertThat(factors.get(layer).factor() * base)
          .as("%s of %s", layer, schedule.get("config"))
          .isCloseTo(
              step.get("lr").get(group).doubleValue(), Percentage.withPercentage(100 * RATE));
    }
    JsonNode rest = schedule.get("groups_params").get(tuned);
    if (rest != null) {
      for (JsonNode parameter : rest) {
        LayerFactor factor = factors.get(layerOf(parameter.asText()));
        assertThat(factor == null ? 1 : factor.factor()).as(parameter.asText()).isEqualTo(1);
      }
    }
    long tunedLayers =
        factors.values().stream()
            .filter(factor -> factor.role() == Role.TUNED || factor.role() == Role.FOLLOWS)
            .filter(factor -> factor.role() == Role.TUNED || isTuned(factor, factors))
            .count();
    assertThat(tunedLayers).isEqualTo(tuned);
    return tuned;
  }

  private static boolean isTuned(LayerFactor norm, Map<String, LayerFactor> factors) {
    return factors.get(norm.follows().orElseThrow()).role() == Role.TUNED;
  }

  private static String layerOf(String parameter) {
    return parameter.substring(0, parameter.lastIndexOf('.'));
  }

  private static PolicySpec policy(JsonNode config) {
    return new PolicySpec.Linear(
        config.path("lr_min_ratio").asDouble(0.5),
        config.path("lr_max_ratio").asDouble(1.5),
        new LayerSelection(
            config.path("remove_first_layer").asBoolean(true),
            config.path("remove_last_layer").asBoolean(true),
            config.path("eigs_thresh").asInt(50)),
        Compatibility.REFERENCE);
  }

  /** A batch norm follows the convolution whose name it has, 'bn' and 'conv' exchanged. */
  private static List<LayerDescription> layers(boolean normLayers) {
    Set<String> norms =
        StreamSupport.stream(SET.get("norm_layers").spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.toSet());
    List<LayerDescription> layers = new ArrayList<>();
    for (JsonNode layer : SET.get("layers")) {
      String name = layer.get("name").asText();
      List<Long> shape = new ArrayList<>();
      layer.get("shape").forEach(size -> shape.add(size.longValue()));
      Optional<String> norm =
          Optional.of(name.replace("conv", "bn")).filter(norms::contains).filter(n -> normLayers);
      layers.add(
          new LayerDescription(
              name,
              shape.size() == 2 ? LayerKind.DENSE : LayerKind.CONVOLUTION,
              shape,
              norm,
              OptionalInt.empty()));
    }
    return layers;
  }
}
