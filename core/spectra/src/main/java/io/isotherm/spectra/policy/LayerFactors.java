package io.isotherm.spectra.policy;

import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.Glob;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** Computes a decision's factors from a policy, the layers of a network and their alphas. */
public final class LayerFactors {

  private LayerFactors() {}

  /**
   * The factor of every weight layer in the order given, each norm layer directly behind the layer
   * that it follows, with the same factor.
   *
   * <p>Layers that the policy's selection leaves out have role {@link Role#EXCLUDED}; with the
   * constant policy that is every layer, and with any policy every embedding. A layer that can have
   * no alpha, whether selected or not, has role {@link Role#NO_ALPHA}. A selected layer without a
   * value of the policy's metric has role {@link Role#NO_ALPHA}, and so has one for which the
   * policy's map has no answer that an optimiser survives: not finite, or not positive. Both have
   * factor 1. Of the policy's options those are looked at that are not about time: {@code
   * atLargest} and {@code clamp}.
   *
   * <p>Only finite values are looked at. With {@link Compatibility#REFERENCE} infinite ones and NaN
   * take part as they do in the published code: in the linear map an infinite one counts as the
   * largest and sends all finite ones to {@code minFactor}.
   *
   * @param layers all weight layers in the network's order
   * @param readings by name of the weight layer; layers may be missing
   */
  public static List<LayerFactor> of(
      PolicySpec.Single policy, List<LayerDescription> layers, Map<String, LayerReading> readings) {
    return of(policy, layers, readings, Glob::anyMatches);
  }

  /**
   * The same with a rule of its own for the policy's patterns.
   *
   * @param fits whether one of the patterns means the layer of that name
   */
  public static List<LayerFactor> of(
      PolicySpec.Single policy,
      List<LayerDescription> layers,
      Map<String, LayerReading> readings,
      BiPredicate<List<String>, String> fits) {
    Map<String, LayerFactor> tuned =
        policy instanceof PolicySpec.Tuning tuning
            ? tuned(tuning, layers, readings, fits)
            : Map.of();
    List<LayerFactor> factors = new ArrayList<>();
    for (LayerDescription layer : layers) {
      LayerFactor factor = tuned.getOrDefault(layer.name(), plain(layer.name(), Role.EXCLUDED, 1));
      factors.add(factor);
      layer
          .normLayers()
          .forEach(
              norm ->
                  factors.add(
                      new LayerFactor(
                          norm, Role.FOLLOWS, factor.factor(), Optional.of(layer.name()))));
    }
    return List.copyOf(factors);
  }

  private static Map<String, LayerFactor> tuned(
      PolicySpec.Tuning policy,
      List<LayerDescription> layers,
      Map<String, LayerReading> readings,
      BiPredicate<List<String>, String> fits) {
    Predicate<LayerDescription> isAtLargest =
        layer -> fits.test(policy.options().atLargest(), layer.name());
    Map<String, LayerFactor> factors = new LinkedHashMap<>();
    for (LayerDescription layer : layers) {
      if (layer.reasonWithoutAlpha().isPresent()) {
        factors.put(layer.name(), plain(layer.name(), Role.NO_ALPHA, 1));
      }
    }
    Map<LayerDescription, Double> values = new LinkedHashMap<>();
    for (LayerDescription layer : selected(policy.selection(), layers, readings, fits)) {
      factors.put(layer.name(), plain(layer.name(), Role.NO_ALPHA, 1));
      LayerReading reading = readings.get(layer.name());
      if (isAtLargest.test(layer)
          || (reading != null && isUsable(reading.value(), policy.compatibility()))) {
        values.put(layer, reading == null ? Double.NEGATIVE_INFINITY : reading.value());
      }
    }
    raise(isAtLargest, values);
    if (!values.isEmpty()) {
      List<LayerDescription> known = List.copyOf(values.keySet());
      double[] answers =
          answers(policy, known, values.values().stream().mapToDouble(value -> value).toArray());
      for (int i = 0; i < answers.length; i++) {
        if (answers[i] > 0 && Double.isFinite(answers[i])) {
          String layer = known.get(i).name();
          double answer = answers[i];
          factors.put(
              layer,
              plain(
                  layer,
                  Role.TUNED,
                  policy.options().clamp().map(clamp -> clamp.apply(answer)).orElse(answer)));
        }
      }
    }
    return factors;
  }

  private static boolean isUsable(double value, Compatibility compatibility) {
    return Double.isFinite(value) || compatibility == Compatibility.REFERENCE;
  }

  /** Gives those layers the largest value; without any, they have none. */
  private static void raise(
      Predicate<LayerDescription> isAtLargest, Map<LayerDescription, Double> values) {
    double largest =
        values.values().stream()
            .mapToDouble(value -> value)
            .filter(Double::isFinite)
            .max()
            .orElse(Double.NaN);
    values.keySet().removeIf(layer -> Double.isNaN(largest) && isAtLargest.test(layer));
    values.replaceAll((layer, value) -> isAtLargest.test(layer) ? (Double) largest : value);
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
   * does not shield its neighbour from being the first or the last. An embedding does: it is a
   * table, and what follows it is the first layer that multiplies.
   */
  private static List<LayerDescription> selected(
      LayerSelection selection,
      List<LayerDescription> layers,
      Map<String, LayerReading> readings,
      BiPredicate<List<String>, String> fits) {
    List<LayerDescription> inside =
        layers.stream().filter(layer -> layer.kind() != LayerKind.EMBEDDING).toList();
    int from = selection.excludeFirst() ? 1 : 0;
    int to = selection.excludeLast() ? inside.size() - 1 : inside.size();
    if (from >= to) {
      return List.of();
    }
    return inside.subList(from, to).stream()
        .filter(layer -> layer.reasonWithoutAlpha().isEmpty())
        .filter(layer -> eigenvalues(layer, readings) >= selection.minEigenvalues())
        .filter(layer -> selection.names(layer.name(), fits))
        .toList();
  }

  private static long eigenvalues(LayerDescription layer, Map<String, LayerReading> readings) {
    LayerReading reading = readings.get(layer.name());
    return reading == null
        ? layer.eigenvalueCount()
        : reading.eigenvalueCount().orElseGet(layer::eigenvalueCount);
  }

  private static LayerFactor plain(String layer, Role role, double factor) {
    return new LayerFactor(layer, role, factor, Optional.empty());
  }
}
