package io.isotherm.local.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.RunDescription;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * How far the decisions of a shadow policy were from those that were set.
 *
 * @param name of the shadow
 * @param decisions of it that stand beside one that was set
 * @param meanDifference mean over those decisions and their weight layers of the absolute
 *     difference of the factors on the learning rate
 * @param meanWeightDecayDifference the same for weight decay, if either of the two changes it
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record ShadowSummary(
    String name,
    long decisions,
    OptionalDouble meanDifference,
    OptionalDouble meanWeightDecayDifference) {

  /** One for each shadow that the run has, or that has decided, in the order of their names. */
  static List<ShadowSummary> of(RunTally tally) {
    Set<String> names = new TreeSet<>();
    tally
        .description()
        .map(RunDescription::shadows)
        .ifPresent(known -> names.addAll(known.keySet()));
    Map<Long, Decision> set = new HashMap<>();
    tally.decisions().forEach(decision -> set.put(decision.revision(), decision));
    Map<String, List<Decision>> shadows = new HashMap<>();
    for (Decision decision : tally.shadowDecisions()) {
      String name = decision.shadow().orElseThrow();
      names.add(name);
      if (set.containsKey(decision.revision())) {
        shadows.computeIfAbsent(name, any -> new ArrayList<>()).add(decision);
      }
    }
    return names.stream()
        .map(name -> of(name, shadows.getOrDefault(name, List.of()), set))
        .toList();
  }

  private static ShadowSummary of(String name, List<Decision> decisions, Map<Long, Decision> set) {
    DoubleSummaryStatistics rates = new DoubleSummaryStatistics();
    DoubleSummaryStatistics decays = new DoubleSummaryStatistics();
    for (Decision decision : decisions) {
      Map<String, LayerRate> acting = new HashMap<>();
      set.get(decision.revision()).layers().forEach(layer -> acting.put(layer.layer(), layer));
      for (LayerRate layer : decision.layers()) {
        LayerRate other = acting.get(layer.layer());
        if (other != null && layer.role() != LayerRate.Role.FOLLOWS) {
          rates.accept(Math.abs(layer.factor() - other.factor()));
          if (layer.weightDecay().isPresent() || other.weightDecay().isPresent()) {
            decays.accept(Math.abs(decay(layer) - decay(other)));
          }
        }
      }
    }
    return new ShadowSummary(name, decisions.size(), mean(rates), mean(decays));
  }

  private static double decay(LayerRate layer) {
    return layer.weightDecay().map(LayerRate.WeightDecay::factor).orElse(1.0);
  }

  private static OptionalDouble mean(DoubleSummaryStatistics values) {
    return values.getCount() == 0 ? OptionalDouble.empty() : OptionalDouble.of(values.getAverage());
  }

  /** One line for a reader, without the name. */
  String line() {
    if (meanDifference.isEmpty()) {
      return "no decision of it beside one that was set";
    }
    String decay =
        meanWeightDecayDifference.isPresent()
            ? String.format(
                Locale.ROOT,
                ", weight decay factors by %.3f",
                meanWeightDecayDifference.getAsDouble())
            : "";
    return String.format(
        Locale.ROOT,
        "factors differ by %.3f%s on average from those set, over %d decisions",
        meanDifference.getAsDouble(),
        decay,
        decisions);
  }
}
