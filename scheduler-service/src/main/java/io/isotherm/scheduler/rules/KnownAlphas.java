package io.isotherm.scheduler.rules;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The newest alpha of each layer while one event is applied; copied once it changes. */
final class KnownAlphas {

  private SortedMap<String, LayerAlpha> alphas;
  private boolean isCopy;

  KnownAlphas(SortedMap<String, LayerAlpha> before) {
    this.alphas = before;
  }

  void learn(long step, String layer, LayerFinding finding) {
    Optional<LayerAlpha> known = Optional.ofNullable(alphas.get(layer));
    Optional<LayerAlpha> after = LayerAlpha.after(known, step, finding);
    if (after.equals(known)) {
      return;
    }
    if (!isCopy) {
      alphas = new TreeMap<>(alphas);
      isCopy = true;
    }
    after.ifPresent(alpha -> alphas.put(layer, alpha));
  }

  void clear() {
    alphas = Collections.emptySortedMap();
    isCopy = false;
  }

  /** What is known now; nobody changes it any more. */
  SortedMap<String, LayerAlpha> frozen() {
    alphas = FrozenMap.of(alphas);
    isCopy = false;
    return alphas;
  }
}
