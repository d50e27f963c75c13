package io.isotherm.spectra.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicyReader;
import io.isotherm.methods.policy.PolicySpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every policy by what chance leaves of alpha, in a network one layer of which does not say it. */
class ChanceMetricsTest {

  /** Below chance, above it, and so far above that even the logarithm is positive. */
  private static final double[] VALUES = {-0.3, -0.1, 0.1, 0, 1.2, 1.5};

  private static final int LAYERS = VALUES.length;
  private static final int WITHOUT = 3;

  private record Measured(long step, Map<String, Double> numbers) implements LayerNumbers {
    @Override
    public OptionalDouble number(String name) {
      Double number = numbers.get(name);
      return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
    }
  }

  static Stream<Arguments> policies() {
    return Policies.CATALOGUE.entries().stream()
        .map(entry -> entry.published())
        .filter(policy -> !policy.metrics().isEmpty())
        .flatMap(
            policy ->
                Stream.of(Metric.ALPHA_EXCESS, Metric.ALPHA_Z)
                    .map(metric -> Arguments.of(policy, metric)));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void layersWithTheMetricAreTunedByItAndTheOneWithoutStaysAtTheBaseRate(
      PolicySpec published, Metric metric) throws InvalidJsonException {
    PolicySpec policy = by(metric, published);
    PolicyReader.requireReported(policy, EstimatorSpec.DEFAULT);

    PolicyAnswer answer =
        PolicyAnswer.next(
            policy,
            layers(),
            numbers(metric),
            new DecisionTime(10, 0, 1_000, false),
            PolicyTrack.EMPTY);

    assertThat(policy.metrics()).containsExactly(metric.key());
    for (TimedPolicy.Answer part : parts(policy, answer)) {
      assertThat(part.factors())
          .allSatisfy(factor -> assertThat(factor.factor()).isPositive().isFinite());
      LayerFactor without = part.factors().get(WITHOUT);
      assertThat(without.role()).isEqualTo(Role.NO_ALPHA);
      assertThat(without.factor()).isEqualTo(1);
      assertThat(part.factors())
          .filteredOn(factor -> factor.role() == Role.TUNED)
          .hasSizeGreaterThanOrEqualTo(2)
          .extracting(LayerFactor::factor)
          .doesNotHaveDuplicates();
    }
  }

  /** What the map does to a shift: the null is another one for every shape, and not for others. */
  @Test
  void ofLayersThatDifferInShapeAloneTheExcessLeavesNothingToTune() throws InvalidJsonException {
    PolicySpec policy = by(Metric.ALPHA_EXCESS, Policies.CATALOGUE.named("linear"));
    Map<String, Measured> sameExcess = new HashMap<>();
    for (int i = 0; i < LAYERS; i++) {
      sameExcess.put("layer" + i, new Measured(10, Map.of("alpha", 2.0 + i, "alphaExcess", -0.5)));
    }

    PolicyAnswer answer =
        PolicyAnswer.next(
            policy, layers(), sameExcess, new DecisionTime(10, 0, 1_000, false), PolicyTrack.EMPTY);

    assertThat(answer.learningRate().factors())
        .allSatisfy(factor -> assertThat(factor.factor()).isEqualTo(1, within(1e-12)));
  }

  private static List<TimedPolicy.Answer> parts(PolicySpec policy, PolicyAnswer answer) {
    return Stream.of(
            Optional.of(answer.learningRate())
                .filter(rates -> policy.onLearningRate() instanceof PolicySpec.Tuning),
            answer.weightDecay())
        .flatMap(Optional::stream)
        .toList();
  }

  private static PolicySpec by(Metric metric, PolicySpec policy) throws InvalidJsonException {
    ObjectNode json = Json.MAPPER.valueToTree(policy);
    for (String part : List.of("", "/learningRate", "/weightDecay")) {
      if (json.at(part) instanceof ObjectNode single
          && !single.path("name").asText().matches("constant|hybrid")) {
        single.withObject("/options").put("metric", metric.key());
        single.withObject("/selection").put("excludeFirst", false).put("excludeLast", false);
      }
    }
    return PolicyReader.read(json);
  }

  private static List<LayerDescription> layers() {
    return IntStream.range(0, LAYERS)
        .mapToObj(
            i ->
                new LayerDescription(
                    "layer" + i,
                    LayerKind.DENSE,
                    List.of(64L, 64L),
                    Optional.empty(),
                    OptionalInt.of(i)))
        .toList();
  }

  private static Map<String, Measured> numbers(Metric metric) {
    Map<String, Measured> numbers = new HashMap<>();
    for (int i = 0; i < LAYERS; i++) {
      numbers.put(
          "layer" + i,
          new Measured(
              10,
              i == WITHOUT ? Map.of("alpha", 2.0) : Map.of("alpha", 2.0, metric.key(), VALUES[i])));
    }
    return numbers;
  }
}
