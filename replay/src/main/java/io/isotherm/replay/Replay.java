package io.isotherm.replay;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.spectra.policy.DecisionTime;
import io.isotherm.spectra.policy.LayerFactor;
import io.isotherm.spectra.policy.LayerNumbers;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.isotherm.spectra.policy.PolicyTrack;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Goes through a recorded run from its first step to its last. At each step the policies are told
 * what the scheduler knew when it decided: the outcomes that its decision names. A step that is
 * complete and that nobody has decided is decided from the newest outcomes up to it.
 */
public final class Replay {

  private final RecordedRun run;
  private final List<PolicyReplay> policies = new ArrayList<>();

  private Replay(RecordedRun run, List<PolicySpec> specs) {
    this.run = run;
    specs.forEach(policy -> policies.add(new PolicyReplay(policy)));
  }

  /** What was measured of a layer, and when. */
  private record Measurement(long step, SortedMap<String, Double> numbers) implements LayerNumbers {
    @Override
    public OptionalDouble number(String name) {
      return optional(numbers.get(name));
    }
  }

  /** A policy on its way. */
  private static final class PolicyReplay {
    private final PolicySpec policy;
    private PolicyTrack track = PolicyTrack.EMPTY;

    PolicyReplay(PolicySpec policy) {
      this.policy = policy;
    }

    Map<String, Proposal> next(
        List<LayerDescription> layers, Map<String, Measurement> known, DecisionTime at) {
      PolicyAnswer answer =
          PolicyAnswer.next(policy, layers, known, at, track).within(FactorBounds.DEFAULT);
      track = answer.track();
      Map<String, LayerFactor> decays = answer.weightDecayByLayer();
      Map<String, Proposal> proposals = new HashMap<>();
      for (LayerFactor factor : answer.learningRate().factors()) {
        proposals.put(
            factor.layer(),
            new Proposal(
                factor.role(),
                factor.factor(),
                Optional.ofNullable(decays.get(factor.layer()))
                    .map(decay -> OptionalDouble.of(decay.factor()))
                    .orElse(OptionalDouble.empty())));
      }
      return proposals;
    }
  }

  /**
   * What each policy would have set, step by step and layer by layer in the network's order, norm
   * layers left out.
   */
  public static List<ReplayedLayer> of(RecordedRun run, List<PolicySpec> policies) {
    Replay replay = new Replay(run, policies);
    SortedSet<Long> steps = new TreeSet<>(run.decisions().keySet());
    steps.addAll(run.completeSteps());
    List<ReplayedLayer> layers = new ArrayList<>();
    steps.forEach(step -> layers.addAll(replay.next(step)));
    return layers;
  }

  private List<ReplayedLayer> next(long step) {
    int epoch = run.epochs().get(step);
    Optional<Decision> decision = Optional.ofNullable(run.decisions().get(step));
    Map<String, Measurement> known = decision.map(this::knownTo).orElseGet(() -> newestUpTo(step));
    List<LayerDescription> layers = run.description().layers();
    DecisionTime at = new DecisionTime(step, epoch, run.description().totalSteps(), false);
    List<Map<String, Proposal>> proposals =
        policies.stream().map(policy -> policy.next(layers, known, at)).toList();
    Map<String, LayerRate> set = new HashMap<>();
    decision.ifPresent(made -> made.layers().forEach(rate -> set.put(rate.layer(), rate)));
    List<ReplayedLayer> replayed = new ArrayList<>();
    for (LayerDescription layer : layers) {
      Optional<LayerRate> rate = Optional.ofNullable(set.get(layer.name()));
      Measurement latest = known.get(layer.name());
      replayed.add(
          new ReplayedLayer(
              step,
              epoch,
              decision.map(made -> OptionalLong.of(made.revision())).orElse(OptionalLong.empty()),
              layer.name(),
              latest == null ? OptionalDouble.empty() : latest.number(PolicyOptions.ALPHA),
              optional(rate.map(LayerRate::factor).orElse(null)),
              optional(
                  rate.flatMap(LayerRate::weightDecay)
                      .map(LayerRate.WeightDecay::factor)
                      .orElse(null)),
              proposals.stream().map(answer -> answer.get(layer.name())).toList()));
    }
    return replayed;
  }

  /** Alpha as the decision has it, the rest from the outcome, as long as that is kept. */
  private Map<String, Measurement> knownTo(Decision decision) {
    Map<String, Measurement> known = new HashMap<>();
    for (LayerRate rate : decision.layers()) {
      if (rate.alpha().isPresent()) {
        long step = rate.alphaStep().orElseThrow();
        SortedMap<String, Double> numbers =
            new TreeMap<>(measured(rate.layer()).getOrDefault(step, new TreeMap<>()));
        numbers.put(PolicyOptions.ALPHA, rate.alpha().getAsDouble());
        known.put(rate.layer(), new Measurement(step, numbers));
      }
    }
    return known;
  }

  /** A layer that was skipped last is not known, whatever was measured of it before. */
  private Map<String, Measurement> newestUpTo(long step) {
    Map<String, Measurement> known = new HashMap<>();
    for (LayerDescription layer : run.description().layers()) {
      Map.Entry<Long, SortedMap<String, Double>> newest = measured(layer.name()).floorEntry(step);
      if (newest != null && !newest.getValue().isEmpty()) {
        known.put(layer.name(), new Measurement(newest.getKey(), newest.getValue()));
      }
    }
    return known;
  }

  private NavigableMap<Long, SortedMap<String, Double>> measured(String layer) {
    return run.numbers().getOrDefault(layer, new TreeMap<>());
  }

  private static OptionalDouble optional(Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
