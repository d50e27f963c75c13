package io.isotherm.scheduler.rules;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A step that has outcomes and no decision yet.
 *
 * @param epoch of the step
 * @param news by layer, of the layers that are in
 */
public record OpenStep(int epoch, SortedMap<String, News> news) {

  /** Copies the map. */
  public OpenStep {
    news = Collections.unmodifiableSortedMap(new TreeMap<>(news));
  }

  OpenStep with(String layer, News more) {
    SortedMap<String, News> all = new TreeMap<>(news);
    all.put(layer, more);
    return new OpenStep(epoch, all);
  }
}
