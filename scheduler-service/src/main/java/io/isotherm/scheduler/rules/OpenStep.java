package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonAlias;
import java.util.Collections;
import java.util.SortedMap;

/**
 * A step that has outcomes and no decision yet.
 *
 * @param epoch of the step
 * @param findings by layer, of the layers that are in
 */
public record OpenStep(int epoch, @JsonAlias("news") SortedMap<String, LayerFinding> findings) {

  /** Copies the map. */
  public OpenStep {
    findings = FrozenMap.of(findings);
  }

  static OpenStep of(int epoch) {
    return new OpenStep(epoch, Collections.emptySortedMap());
  }

  OpenStep with(String layer, LayerFinding more) {
    return new OpenStep(epoch, FrozenMap.with(findings, layer, more));
  }
}
