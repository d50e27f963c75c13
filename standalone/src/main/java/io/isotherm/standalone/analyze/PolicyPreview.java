package io.isotherm.standalone.analyze;

import io.isotherm.contracts.Checks;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.PolicySpec;
import io.isotherm.spectra.policy.LayerFactor;
import io.isotherm.spectra.policy.LayerFactors;
import io.isotherm.spectra.policy.LayerReading;
import io.isotherm.standalone.analyze.plot.DepthOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a policy would set the layers of one checkpoint to. What policies do over time, such as
 * smoothing, has no meaning at a single point in time and is left out.
 *
 * @param policy computes the factors
 * @param learningRate the base rate, positive
 */
public record PolicyPreview(PolicySpec policy, double learningRate) {

  private static final LayerFactor NO_LAYER =
      new LayerFactor("none", Role.EXCLUDED, 1, Optional.empty());

  /** Checks the rate. */
  public PolicyPreview {
    Checks.requirePositive("learning-rate", learningRate);
  }

  /** Whether the learning rate or weight decay gets one factor for each block. */
  boolean isOfBlocks() {
    return Stream.concat(Stream.of(policy.onLearningRate()), policy.onWeightDecay().stream())
        .anyMatch(
            single -> single instanceof PolicySpec.Tuning tuning && tuning.blocks().isPresent());
  }

  /** The same results in the same order, each with its rate. */
  List<LayerResult> rated(List<LayerResult> results) {
    Map<String, LayerFactor> onRate = factors(policy.onLearningRate(), results);
    Optional<Map<String, LayerFactor>> onDecay =
        policy.onWeightDecay().map(decay -> factors(decay, results));
    return results.stream()
        .map(
            result ->
                result.with(
                    rate(
                        onRate.getOrDefault(result.layer(), NO_LAYER),
                        onDecay.map(all -> all.getOrDefault(result.layer(), NO_LAYER)))))
        .toList();
  }

  private LayerResult.Rate rate(LayerFactor onRate, Optional<LayerFactor> onDecay) {
    return new LayerResult.Rate(
        onRate.role() == Role.TUNED
            || onDecay.filter(decay -> decay.role() == Role.TUNED).isPresent(),
        onRate.factor(),
        onRate.factor() * learningRate,
        onDecay.stream().mapToDouble(LayerFactor::factor).findFirst());
  }

  /** By tensor; those that are no weight layer have none. */
  private static Map<String, LayerFactor> factors(
      PolicySpec.Single policy, List<LayerResult> results) {
    Map<String, LayerDescription> layers = new LinkedHashMap<>();
    Map<String, LayerReading> readings = new HashMap<>();
    String metric = policy instanceof PolicySpec.Tuning tuning ? tuning.options().metric() : "";
    for (LayerResult result : DepthOrder.of(results, LayerResult::layer)) {
      CheckpointLayer.of(result, layers.size())
          .ifPresent(
              layer -> {
                layers.put(result.layer(), layer);
                reading(result, metric).ifPresent(reading -> readings.put(layer.name(), reading));
              });
    }
    Map<String, LayerFactor> byName =
        LayerFactors.of(policy, List.copyOf(layers.values()), readings).stream()
            .collect(Collectors.toMap(LayerFactor::layer, Function.identity()));
    Map<String, LayerFactor> factors = new HashMap<>();
    layers.forEach((tensor, layer) -> factors.put(tensor, byName.get(layer.name())));
    return factors;
  }

  private static Optional<LayerReading> reading(LayerResult result, String metric) {
    return result
        .numbers()
        .flatMap(
            numbers ->
                Optional.ofNullable(numbers.numbers().get(metric))
                    .map(
                        value ->
                            new LayerReading(
                                0, value, OptionalLong.of(numbers.eigenvalueCount()))));
  }
}
