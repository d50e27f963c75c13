package io.isotherm.spectra.policy;

import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A policy from decision to decision: its map, and what its options say about time. A pure function
 * of its arguments, so that whoever goes through the same decisions in the same order, live or
 * afterwards, comes to the same factors.
 */
public final class TimedPolicy {

  private TimedPolicy() {}

  /**
   * What a policy says at one decision.
   *
   * @param factors of every weight layer, each norm layer behind the layer that it follows
   * @param values by weight layer, what the map was or would have been applied to
   * @param memory for the next decision
   */
  public record Answer(
      List<LayerFactor> factors, SortedMap<String, Double> values, PolicyMemory memory) {

    /** Copies the collections. */
    public Answer {
      factors = List.copyOf(factors);
      values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }
  }

  /**
   * The next decision of a policy.
   *
   * <p>With smoothing b the map is applied to m = b m + (1 - b) x, taken once for each measurement
   * x that is newer than the last one in m; a layer's first one counts in full. On hold, outside
   * the window and between two updates the factors of the last update stay, with the role {@link
   * Role#HELD}, and the mean goes on.
   *
   * @param layers all weight layers in the network's order
   * @param readings by name of the weight layer; layers may be missing
   */
  public static Answer next(
      PolicySpec.Single policy,
      List<LayerDescription> layers,
      Map<String, LayerReading> readings,
      DecisionTime at,
      PolicyMemory memory) {
    PolicyOptions options = policy.options();
    SortedMap<String, PolicyMemory.Smoothed> means =
        options.smoothing() == 0
            ? Collections.emptySortedMap()
            : smoothed(options.smoothing(), readings, memory.smoothed());
    Map<String, LayerReading> seen = options.smoothing() == 0 ? readings : seen(readings, means);
    SortedMap<String, Double> values = new TreeMap<>();
    seen.forEach((layer, reading) -> values.put(layer, reading.value()));
    if (at.hold() || !acts(options, at, memory)) {
      return new Answer(
          held(layers, memory), values, new PolicyMemory(means, memory.factors(), memory.last()));
    }
    List<LayerFactor> factors = LayerFactors.of(policy, layers, seen);
    SortedMap<String, Double> inForce = new TreeMap<>();
    for (LayerFactor factor : factors) {
      if (factor.follows().isEmpty() && factor.factor() != 1) {
        inForce.put(factor.layer(), factor.factor());
      }
    }
    return new Answer(factors, values, new PolicyMemory(means, inForce, at.asUpdate()));
  }

  private static boolean acts(PolicyOptions options, DecisionTime at, PolicyMemory memory) {
    boolean inWindow =
        options.window().map(window -> window.contains(at.step(), at.totalSteps())).orElse(true);
    boolean due =
        memory
            .last()
            .flatMap(
                last ->
                    options
                        .every()
                        .map(
                            every ->
                                every.isDue(
                                    at.step() - last.step(), (long) at.epoch() - last.epoch())))
            .orElse(true);
    return inWindow && due;
  }

  private static SortedMap<String, PolicyMemory.Smoothed> smoothed(
      double past,
      Map<String, LayerReading> readings,
      SortedMap<String, PolicyMemory.Smoothed> before) {
    SortedMap<String, PolicyMemory.Smoothed> means = new TreeMap<>();
    readings.forEach(
        (layer, reading) -> {
          PolicyMemory.Smoothed known = before.get(layer);
          if (known != null && known.step() >= reading.step()) {
            means.put(layer, known);
          } else if (Double.isFinite(reading.value())) {
            double mean =
                known == null
                    ? reading.value()
                    : past * known.value() + (1 - past) * reading.value();
            means.put(layer, new PolicyMemory.Smoothed(reading.step(), mean));
          }
        });
    return means;
  }

  private static Map<String, LayerReading> seen(
      Map<String, LayerReading> readings, SortedMap<String, PolicyMemory.Smoothed> means) {
    Map<String, LayerReading> seen = new TreeMap<>();
    means.forEach(
        (layer, mean) ->
            seen.put(
                layer,
                new LayerReading(
                    mean.step(), mean.value(), readings.get(layer).eigenvalueCount())));
    return seen;
  }

  /** The factors in force of all layers. */
  static List<LayerFactor> held(List<LayerDescription> layers, PolicyMemory memory) {
    List<LayerFactor> factors = new ArrayList<>();
    for (LayerDescription layer : layers) {
      double factor = memory.factor(layer.name());
      factors.add(new LayerFactor(layer.name(), Role.HELD, factor, Optional.empty()));
      layer
          .normLayers()
          .forEach(
              norm ->
                  factors.add(
                      new LayerFactor(norm, Role.FOLLOWS, factor, Optional.of(layer.name()))));
    }
    return factors;
  }
}
