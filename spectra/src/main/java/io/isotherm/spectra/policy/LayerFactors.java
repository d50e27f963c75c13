package io.isotherm.spectra.policy;

import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.Compatibility;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerSelection;
import io.isotherm.contracts.run.PolicySpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Computes a decision's factors from a policy, the layers of a network and their alphas. */
public final class LayerFactors {

  private LayerFactors() {}

  /**
   * The factor of every weight layer in the order given, each norm layer directly behind the layer
   * that it follows, with the same factor.
   *
   * <p>Layers that the policy's selection leaves out have role {@link Role#EXCLUDED}; with the
   * constant policy that is every layer. A selected layer without a usable alpha has role {@link
   * Role#NO_ALPHA}. Both have factor 1. An alpha is usable if it is finite; with {@link
   * Compatibility#REFERENCE} an infinite one counts as the largest and sends all finite ones to
   * {@code minFactor}, as the published code does. Where that code gives NaN, which no optimiser
   * survives, the layer has no alpha in either mode.
   *
   * @param layers all weight layers in the network's order
   * @param alphas by name of the weight layer; layers may be missing
   */
  public static List<LayerFactor> of(
      PolicySpec policy, List<LayerDescription> layers, Map<String, Double> alphas) {
    Map<String, LayerFactor> tuned =
        policy instanceof PolicySpec.Linear linear ? tuned(linear, layers, alphas) : Map.of();
    List<LayerFactor> factors = new ArrayList<>();
    for (LayerDescription layer : layers) {
      LayerFactor factor = tuned.getOrDefault(layer.name(), plain(layer.name(), Role.EXCLUDED, 1));
      factors.add(factor);
      layer
          .normLayer()
          .ifPresent(
              norm ->
                  factors.add(
                      new LayerFactor(
                          norm, Role.FOLLOWS, factor.factor(), Optional.of(layer.name()))));
    }
    return List.copyOf(factors);
  }

  private static Map<String, LayerFactor> tuned(
      PolicySpec.Linear policy, List<LayerDescription> layers, Map<String, Double> alphas) {
    List<String> selected = selected(policy.selection(), layers);
    Map<String, Double> usable = new LinkedHashMap<>();
    for (String layer : selected) {
      Double alpha = alphas.get(layer);
      if (alpha != null && isUsable(alpha, policy.compatibility())) {
        usable.put(layer, alpha);
      }
    }
    Map<String, LayerFactor> factors = new LinkedHashMap<>();
    selected.forEach(layer -> factors.put(layer, plain(layer, Role.NO_ALPHA, 1)));
    if (!usable.isEmpty()) {
      LinearMap map = LinearMap.through(policy, usable.values());
      usable.forEach(
          (layer, alpha) -> factors.put(layer, plain(layer, Role.TUNED, map.factor(alpha))));
    }
    return factors;
  }

  /**
   * The order of the rules is that of the published code: a small layer at an end of the network
   * does not shield its neighbour from being the first or the last.
   */
  private static List<String> selected(LayerSelection selection, List<LayerDescription> layers) {
    int from = selection.excludeFirst() ? 1 : 0;
    int to = selection.excludeLast() ? layers.size() - 1 : layers.size();
    if (from >= to) {
      return List.of();
    }
    return layers.subList(from, to).stream()
        .filter(layer -> layer.eigenvalueCount() >= selection.minEigenvalues())
        .map(LayerDescription::name)
        .toList();
  }

  private static boolean isUsable(double alpha, Compatibility compatibility) {
    return Double.isFinite(alpha)
        || (compatibility == Compatibility.REFERENCE && alpha == Double.POSITIVE_INFINITY);
  }

  private static LayerFactor plain(String layer, Role role, double factor) {
    return new LayerFactor(layer, role, factor, Optional.empty());
  }
}
