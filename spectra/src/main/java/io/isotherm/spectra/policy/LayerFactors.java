package io.isotherm.spectra.policy;

import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.Compatibility;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerSelection;
import io.isotherm.contracts.run.PolicySpec;
import java.util.ArrayList;
import java.util.Arrays;
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
   * constant policy that is every layer. A selected layer without an alpha has role {@link
   * Role#NO_ALPHA}, and so has one for which the policy's map has no answer that an optimiser
   * survives: not finite, or not positive. Both have factor 1.
   *
   * <p>Only finite alphas are looked at. With {@link Compatibility#REFERENCE} infinite ones and NaN
   * take part as they do in the published code: in the linear map an infinite one counts as the
   * largest and sends all finite ones to {@code minFactor}.
   *
   * @param layers all weight layers in the network's order
   * @param alphas by name of the weight layer; layers may be missing
   */
  public static List<LayerFactor> of(
      PolicySpec policy, List<LayerDescription> layers, Map<String, Double> alphas) {
    Map<String, LayerFactor> tuned =
        policy instanceof PolicySpec.Tuning tuning ? tuned(tuning, layers, alphas) : Map.of();
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
      PolicySpec.Tuning policy, List<LayerDescription> layers, Map<String, Double> alphas) {
    Map<String, LayerFactor> factors = new LinkedHashMap<>();
    List<LayerDescription> known = new ArrayList<>();
    for (LayerDescription layer : selected(policy.selection(), layers)) {
      factors.put(layer.name(), plain(layer.name(), Role.NO_ALPHA, 1));
      Double alpha = alphas.get(layer.name());
      if (alpha != null
          && (Double.isFinite(alpha) || policy.compatibility() == Compatibility.REFERENCE)) {
        known.add(layer);
      }
    }
    if (!known.isEmpty()) {
      double[] values = known.stream().mapToDouble(layer -> alphas.get(layer.name())).toArray();
      double[] answers = answers(policy, known, values);
      for (int i = 0; i < answers.length; i++) {
        if (answers[i] > 0 && Double.isFinite(answers[i])) {
          String layer = known.get(i).name();
          factors.put(layer, plain(layer, Role.TUNED, answers[i]));
        }
      }
    }
    return factors;
  }

  private static double[] answers(
      PolicySpec.Tuning policy, List<LayerDescription> layers, double[] alphas) {
    FactorMap map = FactorMap.of(policy);
    if (policy.blocks().isPresent()) {
      map =
          new BlockMap(
              map,
              policy.blocks().get(),
              policy.compatibility(),
              layers.stream().map(LayerDescription::block).toList());
    }
    double[] factors = map.factors(alphas);
    if (policy.normalise()) {
      double mean = Arrays.stream(factors).average().orElseThrow();
      return Arrays.stream(factors).map(factor -> factor / mean).toArray();
    }
    return factors;
  }

  /**
   * The order of the rules is that of the published code: a small layer at an end of the network
   * does not shield its neighbour from being the first or the last.
   */
  private static List<LayerDescription> selected(
      LayerSelection selection, List<LayerDescription> layers) {
    int from = selection.excludeFirst() ? 1 : 0;
    int to = selection.excludeLast() ? layers.size() - 1 : layers.size();
    if (from >= to) {
      return List.of();
    }
    return layers.subList(from, to).stream()
        .filter(layer -> layer.eigenvalueCount() >= selection.minEigenvalues())
        .toList();
  }

  private static LayerFactor plain(String layer, Role role, double factor) {
    return new LayerFactor(layer, role, factor, Optional.empty());
  }
}
