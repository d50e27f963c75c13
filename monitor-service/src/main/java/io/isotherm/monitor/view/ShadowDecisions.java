package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.RunDescription;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The newest decision of each shadow policy of a run, at most {@link RunDescription#MAX_SHADOWS}.
 */
final class ShadowDecisions {

  private record ShadowDecision(long incarnation, long revision, Map<String, LayerRate> layers) {}

  private final SortedMap<String, ShadowDecision> newest = new TreeMap<>();

  /** Takes a shadow's decision; false if it, or a newer one, is already here, or if it is full. */
  boolean add(String shadow, Decision decision) {
    ShadowDecision known = newest.get(shadow);
    if (known == null && newest.size() == RunDescription.MAX_SHADOWS) {
      return false;
    }
    if (known != null
        && (known.incarnation() > decision.incarnation()
            || (known.incarnation() == decision.incarnation()
                && known.revision() >= decision.revision()))) {
      return false;
    }
    newest.put(
        shadow,
        new ShadowDecision(
            decision.incarnation(),
            decision.revision(),
            decision.layers().stream()
                .collect(Collectors.toMap(LayerRate::layer, Function.identity()))));
    return true;
  }

  /** Forgets all but these. */
  void retain(Set<String> shadows) {
    newest.keySet().retainAll(shadows);
  }

  /** What each shadow says of a layer. */
  SortedMap<String, LayerRate> of(String layer) {
    SortedMap<String, LayerRate> rates = new TreeMap<>();
    newest.forEach(
        (shadow, decision) -> {
          LayerRate rate = decision.layers().get(layer);
          if (rate != null) {
            rates.put(shadow, rate);
          }
        });
    return Collections.unmodifiableSortedMap(rates);
  }
}
