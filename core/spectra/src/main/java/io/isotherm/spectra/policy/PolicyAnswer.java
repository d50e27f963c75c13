package io.isotherm.spectra.policy;

import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.methods.policy.PolicySpec;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a policy says at one decision.
 *
 * @param learningRate of every weight layer
 * @param weightDecay the same for weight decay, if the policy sets that or has not yet taken back
 *     what another one has set
 * @param track for the next decision
 */
public record PolicyAnswer(
    TimedPolicy.Answer learningRate, Optional<TimedPolicy.Answer> weightDecay, PolicyTrack track) {

  /**
   * The next decision of a policy; of a hybrid, that of both its parts. A pure function.
   *
   * @param layers all weight layers in the network's order
   * @param numbers by name of the weight layer; layers may be missing
   */
  public static PolicyAnswer next(
      PolicySpec policy,
      List<LayerDescription> layers,
      Map<String, ? extends LayerNumbers> numbers,
      DecisionTime at,
      PolicyTrack track) {
    TimedPolicy.Answer rates =
        next(policy.onLearningRate(), layers, numbers, at, track.learningRate());
    Optional<TimedPolicy.Answer> decays =
        policy
            .onWeightDecay()
            .map(onDecay -> next(onDecay, layers, numbers, at, track.weightDecay()))
            .or(() -> leftOver(layers, at, rates.memory(), track.weightDecay()));
    return new PolicyAnswer(
        rates,
        decays,
        new PolicyTrack(
            rates.memory(), decays.map(TimedPolicy.Answer::memory).orElse(PolicyMemory.EMPTY)));
  }

  /**
   * What a policy before this one has left in force on weight decay, which this one does not set:
   * it stays on hold, and until this one's first update.
   */
  private static Optional<TimedPolicy.Answer> leftOver(
      List<LayerDescription> layers, DecisionTime at, PolicyMemory rates, PolicyMemory decays) {
    boolean stays = at.hold() || rates.last().isEmpty();
    return stays && !decays.factors().isEmpty()
        ? Optional.of(
            new TimedPolicy.Answer(
                TimedPolicy.held(layers, decays), Collections.emptySortedMap(), decays))
        : Optional.empty();
  }

  private static TimedPolicy.Answer next(
      PolicySpec.Single policy,
      List<LayerDescription> layers,
      Map<String, ? extends LayerNumbers> numbers,
      DecisionTime at,
      PolicyMemory memory) {
    return TimedPolicy.next(
        policy, layers, LayerNumbers.readings(numbers, policy.options().metric()), at, memory);
  }

  /** The same with each factor moved into the bounds; what is remembered stays as it is. */
  public PolicyAnswer within(FactorBounds bounds) {
    return new PolicyAnswer(
        within(bounds, learningRate), weightDecay.map(answer -> within(bounds, answer)), track);
  }

  private static TimedPolicy.Answer within(FactorBounds bounds, TimedPolicy.Answer answer) {
    return new TimedPolicy.Answer(
        answer.factors().stream()
            .map(
                factor ->
                    new LayerFactor(
                        factor.layer(),
                        factor.role(),
                        bounds.clamp(factor.factor()),
                        factor.follows()))
            .toList(),
        answer.values(),
        answer.memory());
  }

  /** By layer, what is said of its weight decay; nothing where that is left alone. */
  public Map<String, LayerFactor> weightDecayByLayer() {
    Map<String, LayerFactor> byLayer = new HashMap<>();
    weightDecay.ifPresent(
        answer -> answer.factors().forEach(factor -> byLayer.put(factor.layer(), factor)));
    return byLayer;
  }

  /**
   * By weight layer, what the policy looked at. A baseline on the learning rate maps nothing, so
   * beside one it is what the map on weight decay was applied to.
   */
  public SortedMap<String, Double> values(PolicySpec policy) {
    return policy.onLearningRate() instanceof PolicySpec.Constant
            && policy.onWeightDecay().isPresent()
        ? weightDecay.orElseThrow().values()
        : learningRate.values();
  }
}
