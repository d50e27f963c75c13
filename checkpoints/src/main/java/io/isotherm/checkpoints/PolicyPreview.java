package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.WeightLayer;
import io.isotherm.checks.Checks;
import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.methods.policy.NetworkEnds;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.spectra.policy.LayerFactor;
import io.isotherm.spectra.policy.LayerFactors;
import io.isotherm.spectra.policy.LayerReading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a policy would set the layers of one checkpoint to. What policies do over time, such as
 * smoothing, has no meaning at a single point in time and is left out.
 *
 * @param policy computes the factors
 * @param learningRate the base rate, positive
 * @param first the tensor of the network's first layer, or the layer, where nothing else says it
 * @param last the same of its last layer
 */
public record PolicyPreview(
    PolicySpec policy, double learningRate, Optional<String> first, Optional<String> last) {

  private static final LayerFactor NO_LAYER =
      new LayerFactor("none", Role.EXCLUDED, 1, Optional.empty());

  /** Checks the rate. */
  public PolicyPreview {
    Checks.requirePositive("learning-rate", learningRate);
  }

  /** Of a network whose first and last layer are known. */
  public PolicyPreview(PolicySpec policy, double learningRate) {
    this(policy, learningRate, Optional.empty(), Optional.empty());
  }

  /**
   * Why the policy has no answer for a network, in one line: it leaves the first or the last layer
   * alone, and nothing says which layer that is.
   */
  Optional<String> refusal(DepthOrder order) {
    Optional<String> first =
        parts().anyMatch(tuning -> tuning.selection().excludeFirst())
            ? order
                .firstDoubt()
                .map(doubt -> doubt + ": name it with --first LAYER, or tune it with --keep-first")
            : Optional.empty();
    return first.or(
        () ->
            parts().anyMatch(tuning -> tuning.selection().excludeLast())
                ? order
                    .lastDoubt()
                    .map(
                        doubt -> doubt + ": name it with --last LAYER, or tune it with --keep-last")
                : Optional.empty());
  }

  /** Whether the learning rate or weight decay gets one factor for each block. */
  boolean isOfBlocks() {
    return parts().anyMatch(tuning -> tuning.blocks().isPresent());
  }

  private Stream<PolicySpec.Tuning> parts() {
    return Stream.concat(Stream.of(policy.onLearningRate()), policy.onWeightDecay().stream())
        .filter(PolicySpec.Tuning.class::isInstance)
        .map(PolicySpec.Tuning.class::cast);
  }

  /**
   * The policy's patterns that fit no layer of a checkpoint, each once; those that {@code llr}
   * comes with count as one, since no network has them all.
   */
  List<String> unused(DepthOrder order) {
    return parts()
        .flatMap(
            tuning ->
                Stream.of(
                        tuning.selection().include(),
                        tuning.selection().exclude(),
                        tuning.options().atLargest())
                    .flatMap(PolicyPreview::onesOwn))
        .distinct()
        .filter(
            patterns ->
                order.layers().stream()
                    .noneMatch(layer -> CheckpointLayer.fits(patterns, layer.name())))
        .map(patterns -> String.join("', '", patterns))
        .toList();
  }

  private static Stream<List<String>> onesOwn(List<String> patterns) {
    return patterns.equals(NetworkEnds.patterns())
        ? Stream.of(patterns)
        : patterns.stream().map(List::of);
  }

  /**
   * The same results in the same order, each with its rate.
   *
   * @param order of all layers of the network, also of those that have no result
   */
  List<LayerResult> rated(List<LayerResult> results, DepthOrder order) {
    Map<String, List<LayerResult>> byTensor =
        results.stream().collect(Collectors.groupingBy(result -> result.layer().tensor()));
    Map<String, LayerFactor> onRate = factors(policy.onLearningRate(), byTensor, order);
    Optional<Map<String, LayerFactor>> onDecay =
        policy.onWeightDecay().map(decay -> factors(decay, byTensor, order));
    return results.stream()
        .map(
            result ->
                result.with(
                    rate(
                        onRate.getOrDefault(result.layer().tensor(), NO_LAYER),
                        onDecay.map(all -> all.getOrDefault(result.layer().tensor(), NO_LAYER)))))
        .toList();
  }

  /** What a scheduler would set, which keeps factors within its bounds. */
  private LayerResult.Rate rate(LayerFactor onRate, Optional<LayerFactor> onDecay) {
    double factor = FactorBounds.DEFAULT.clamp(onRate.factor());
    return new LayerResult.Rate(
        onRate.role() == Role.TUNED
            || onDecay.filter(decay -> decay.role() == Role.TUNED).isPresent(),
        factor,
        factor * learningRate,
        onDecay.stream()
            .mapToDouble(decay -> FactorBounds.DEFAULT.clamp(decay.factor()))
            .findFirst());
  }

  /** By tensor; those that are no weight layer have none. */
  private static Map<String, LayerFactor> factors(
      PolicySpec.Single policy, Map<String, List<LayerResult>> results, DepthOrder order) {
    Map<String, String> tensors = new HashMap<>();
    List<LayerDescription> layers = new ArrayList<>();
    Map<String, LayerReading> readings = new HashMap<>();
    String metric = policy instanceof PolicySpec.Tuning tuning ? tuning.options().metric() : "";
    for (WeightLayer tensor : counting(policy, results.keySet(), order.layers())) {
      LayerDescription layer = CheckpointLayer.of(tensor, layers.size());
      layers.add(layer);
      tensors.put(layer.name(), tensor.name());
      Optional.ofNullable(results.get(tensor.name()))
          .flatMap(members -> reading(members, metric))
          .ifPresent(reading -> readings.put(layer.name(), reading));
    }
    return LayerFactors.of(
            policy,
            layers,
            readings,
            (patterns, layer) -> CheckpointLayer.fits(patterns, tensors.get(layer)))
        .stream()
        .collect(Collectors.toMap(factor -> tensors.get(factor.layer()), Function.identity()));
  }

  /**
   * The layers that have a result, and the first and the last of the network where the policy
   * leaves them alone: a layer that the user has left out does not make its neighbour the first.
   */
  private static List<WeightLayer> counting(
      PolicySpec.Single policy, Set<String> analysed, List<WeightLayer> layers) {
    List<WeightLayer> counting = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      boolean isEnd =
          policy instanceof PolicySpec.Tuning tuning
              && ((i == 0 && tuning.selection().excludeFirst())
                  || (i == layers.size() - 1 && tuning.selection().excludeLast()));
      if (isEnd || analysed.contains(layers.get(i).name())) {
        counting.add(layers.get(i));
      }
    }
    return counting;
  }

  /** The members of a stack have one factor, from the mean of their numbers, as in a run. */
  private static Optional<LayerReading> reading(List<LayerResult> members, String metric) {
    double sum = 0;
    long eigenvalues = 0;
    for (LayerResult member : members) {
      Optional<Double> value =
          member.numbers().flatMap(some -> Optional.ofNullable(some.numbers().get(metric)));
      if (value.isEmpty()) {
        return Optional.empty();
      }
      sum += value.get();
      eigenvalues += member.numbers().orElseThrow().eigenvalueCount();
    }
    return Optional.of(new LayerReading(0, sum / members.size(), OptionalLong.of(eigenvalues)));
  }
}
