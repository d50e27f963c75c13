package io.isotherm.scheduler.rules;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;

/** The newest alpha of each layer while one event is applied. */
final class KnownAlphas {

  private SortedMap<String, LayerAlpha> alphas;

  KnownAlphas(SortedMap<String, LayerAlpha> before) {
    this.alphas = before;
  }

  void learn(long step, String layer, LayerFinding finding) {
    Optional<LayerAlpha> known = Optional.ofNullable(alphas.get(layer));
    Optional<LayerAlpha> after = LayerAlpha.after(known, step, finding);
    if (!after.equals(known)) {
      alphas = FrozenMap.with(alphas, layer, after.orElseThrow());
    }
  }

  void clear() {
    alphas = Collections.emptySortedMap();
  }

  /** What is known now; nobody changes it any more. */
  SortedMap<String, LayerAlpha> frozen() {
    return FrozenMap.of(alphas);
  }
}
