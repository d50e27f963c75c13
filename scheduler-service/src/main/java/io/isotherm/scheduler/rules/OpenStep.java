package io.isotherm.scheduler.rules;

import java.util.SortedMap;

/**
 * A step that has outcomes and no decision yet.
 *
 * @param epoch of the step
 * @param news by layer, of the layers that are in
 */
public record OpenStep(int epoch, SortedMap<String, News> news) {

  /** Copies the map. */
  public OpenStep {
    news = FrozenMap.of(news);
  }

  OpenStep with(String layer, News more) {
    return new OpenStep(epoch, FrozenMap.with(news, layer, more));
  }
}
