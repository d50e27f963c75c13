package io.isotherm.scheduler;

import io.isotherm.checks.Checks;
import io.isotherm.scheduler.rules.News;
import io.isotherm.scheduler.rules.OpenStep;
import java.util.List;
import java.util.SortedMap;

/**
 * What is in of one layer at the steps that were open when it was written; those that have been
 * decided since then no longer count. Its JSON is what the store {@value RunMemory#NEWS} holds.
 *
 * @param version of that JSON, {@value #VERSION}
 * @param open by step, ascending
 */
record LayerNews(int version, List<Entry> open) {

  /** The only version so far. */
  static final int VERSION = 1;

  /**
   * One step's.
   *
   * @param step that the news is about
   * @param epoch of that step
   */
  record Entry(long step, int epoch, News news) {}

  /** Copies the list. */
  LayerNews {
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "version of a layer's news must be "
              + VERSION
              + ", got: "
              + version
              + "; reset the application or run the release that wrote it");
    }
    open = Checks.requireElements("open steps of a layer", open);
  }

  /** What {@code open} says about {@code layer}. */
  static LayerNews of(String layer, SortedMap<Long, OpenStep> open) {
    return new LayerNews(
        VERSION,
        open.entrySet().stream()
            .filter(step -> step.getValue().news().containsKey(layer))
            .map(
                step ->
                    new Entry(
                        step.getKey(), step.getValue().epoch(), step.getValue().news().get(layer)))
            .toList());
  }
}
