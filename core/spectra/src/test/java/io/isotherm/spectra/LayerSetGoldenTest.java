package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Golden;
import io.isotherm.golden.GoldenNetwork;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.spectra.policy.LayerFactor;
import io.isotherm.spectra.policy.LayerFactors;
import io.isotherm.spectra.policy.LayerReading;
import io.isotherm.spectra.policy.Readings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Whole networks, from their metrics to the learning rates of the published optimizer groups. */
class LayerSetGoldenTest {

  /** Relative; the published rates come from float32 alphas, seen up to 6.4e-6 away. */
  private static final double RATE = 5e-5;

  /** Relative, against the alphas from float32 weights cast to double. */
  private static final double ALPHA = 1e-9;

  /** Relative, of base rates that are written with nine digits. */
  private static final double NINE_DIGITS = 1e-8;

  private static final String RESNET = "resnet18_w12";

  @Test
  void learningRatesOfEveryScheduleAreThePublishedOnes() {
    int schedules = 0;
    int crashes = 0;
    int compared = 0;
    for (String set : GoldenNetwork.NAMES) {
      for (GoldenSchedule schedule : GoldenSchedule.of(set)) {
        if (schedule.isCrash()) {
          crashes++;
        } else {
          compared += assertRates(schedule, schedule.readings());
          schedules++;
        }
      }
    }
    System.out.printf(
        "layerset_*.json: %d schedules, %d learning rates of optimizer groups matched; %d schedules"
            + " that the published code raises on%n",
        schedules, compared, crashes);
    assertThat(schedules).isEqualTo(79);
    assertThat(compared).isEqualTo(4531);
    assertThat(crashes).isEqualTo(3);
  }

  @Test
  void learningRatesOfAResNetFromItsWeightsAreThePublishedOnes() {
    // Given
    Map<String, Double> alphas = alphas();

    // Then
    int i = 0;
    JsonNode expected = set().get("estimates").get("median/2").get("alpha");
    for (Map.Entry<String, Double> alpha : alphas.entrySet()) {
      assertThat(alpha.getValue())
          .as(alpha.getKey())
          .isCloseTo(expected.get(i++).doubleValue(), Percentage.withPercentage(100 * ALPHA));
    }
    assertThat(i).isEqualTo(21);
    int compared = 0;
    for (GoldenSchedule schedule : GoldenSchedule.of(RESNET)) {
      compared += schedule.isFromDefaultAlphas() ? assertRates(schedule, Readings.of(alphas)) : 0;
    }
    System.out.printf(
        "layerset_%s.json: from the weights, %d alphas and %d learning rates matched%n",
        RESNET, i, compared);
    assertThat(compared).isEqualTo(1511);
  }

  @Test
  void wherePublishedCodeRaisesOnAFirstLayerNormItStaysAtTheBaseRateAndTheOthersAreTuned() {
    int answered = 0;
    for (GoldenSchedule schedule : GoldenSchedule.of("gpt_d96")) {
      if (schedule.isCrash()) {
        // When
        List<LayerFactor> factors = factors(schedule, Compatibility.SANE, schedule.readings());

        // Then
        assertThat(factors).allSatisfy(factor -> assertThat(factor.factor()).isFinite());
        assertThat(tuned(factors))
            .as(schedule.toString())
            .containsOnlyKeys(
                "transformer.h.0.attn.c_proj",
                "transformer.h.0.ln_2",
                "transformer.h.0.mlp.c_fc",
                "transformer.h.0.mlp.c_proj",
                "transformer.h.1.ln_1",
                "transformer.h.1.attn.c_attn",
                "transformer.h.1.attn.c_proj",
                "transformer.h.1.ln_2",
                "transformer.h.1.mlp.c_fc",
                "transformer.h.1.mlp.c_proj",
                "transformer.ln_f");
        answered++;
      }
    }
    assertThat(answered).isEqualTo(3);
  }

  /** Each tuned group is one weight or norm layer; the last group is everything else. */
  private static int assertRates(GoldenSchedule schedule, Map<String, LayerReading> readings) {
    List<LayerFactor> factors = factors(schedule, Compatibility.REFERENCE, readings);
    Map<String, Double> tuned = tuned(factors);
    assertThat(tuned.keySet())
        .as(schedule.toString())
        .containsExactlyInAnyOrderElementsOf(schedule.tuned());
    Map<String, Double> all =
        factors.stream().collect(Collectors.toMap(LayerFactor::layer, LayerFactor::factor));
    for (String module : schedule.rest()) {
      assertThat(all.getOrDefault(module, 1.0)).as("%s of %s", module, schedule).isEqualTo(1);
    }
    int compared = 0;
    for (GoldenSchedule.Rates rates : schedule.rates()) {
      double base = schedule.base().learningRateAt(rates.epoch());
      assertClose("base of " + schedule, base, rates.base(), NINE_DIGITS);
      assertThat(rates.groups().size()).as(schedule.toString()).isEqualTo(tuned.size() + 1);
      for (int group = 0; group < rates.groups().size(); group++) {
        boolean isRest = group == tuned.size();
        double factor = isRest ? 1 : tuned.get(schedule.tuned().get(group));
        assertClose(
            "group %d after epoch %d of %s".formatted(group, rates.epoch(), schedule),
            factor * base,
            rates.groups().get(group).doubleValue(),
            isRest ? NINE_DIGITS : RATE);
        compared++;
      }
    }
    return compared;
  }

  private static void assertClose(String what, double actual, double expected, double relative) {
    assertThat(actual).as(what).isCloseTo(expected, within(relative * expected));
  }

  private static List<LayerFactor> factors(
      GoldenSchedule schedule, Compatibility compatibility, Map<String, LayerReading> readings) {
    return LayerFactors.of(schedule.policy(compatibility), schedule.layers(), readings);
  }

  /** Weight layers that have a factor of their own, and the norm layers that follow them. */
  private static Map<String, Double> tuned(List<LayerFactor> factors) {
    Map<String, Double> tuned = new LinkedHashMap<>();
    for (LayerFactor factor : factors) {
      if (factor.role() == Role.TUNED || factor.follows().filter(tuned::containsKey).isPresent()) {
        tuned.put(factor.layer(), factor.factor());
      }
    }
    return tuned;
  }

  private static Map<String, Double> alphas() {
    LayerAnalysis analysis = new LayerAnalysis(new ReferenceEigenvalueSolver());
    Map<String, Double> alphas = new LinkedHashMap<>();
    for (JsonNode layer : set().get("layers")) {
      String name = layer.get("name").asText();
      Outcome outcome =
          analysis.analyse(
              Golden.weights(RESNET + "/" + name, layer.get("shape")), EstimatorSpec.DEFAULT);
      assertThat(outcome).as(name).isInstanceOf(Outcome.Analysed.class);
      alphas.put(name, ((Outcome.Analysed) outcome).alpha());
    }
    return alphas;
  }

  private static JsonNode set() {
    return Golden.json("layerset_" + RESNET + ".json");
  }
}
