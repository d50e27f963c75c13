package io.isotherm.scheduler;

import com.fasterxml.jackson.annotation.JsonAlias;
import io.isotherm.checks.Checks;
import io.isotherm.scheduler.rules.LayerAlpha;
import io.isotherm.scheduler.rules.LayerFinding;
import io.isotherm.scheduler.rules.RunState;
import java.util.List;
import java.util.Optional;

/**
 * What is known of one layer, and what is in of it at the steps that were open when this was
 * written. Of those that have been decided since then, the newest finding is what is known. Its
 * JSON is what the store {@value RunMemory#LAYERS} holds; that of version 1 has no {@code known},
 * which stood in the run's state.
 *
 * @param version of that JSON, {@value #VERSION}
 * @param known from decided steps and late outcomes; empty if nothing is
 * @param open by step, ascending
 */
record LayerRecord(int version, Optional<LayerAlpha> known, List<Entry> open) {

  /** What is written. */
  static final int VERSION = 2;

  /**
   * What is in at one step.
   *
   * @param step that the finding is about
   * @param epoch of that step
   */
  record Entry(long step, int epoch, @JsonAlias("news") LayerFinding finding) {}

  /** Copies the list. */
  LayerRecord {
    if (version < 1 || version > VERSION) {
      throw new IllegalArgumentException(
          ("version of a layer's record must be 1 or %d, got: %d;"
                  + " reset the application or run the release that wrote it")
              .formatted(VERSION, version));
    }
    open = Checks.requireElements("open steps of a layer", open);
  }

  /** What {@code state} says about {@code layer}. */
  static LayerRecord of(String layer, RunState state) {
    return new LayerRecord(
        VERSION,
        Optional.ofNullable(state.alphas().get(layer)),
        state.steps().open().entrySet().stream()
            .filter(step -> step.getValue().findings().containsKey(layer))
            .map(
                step ->
                    new Entry(
                        step.getKey(),
                        step.getValue().epoch(),
                        step.getValue().findings().get(layer)))
            .toList());
  }

  /** What is known of the layer once all steps up to {@code closedThrough} have been decided. */
  Optional<LayerAlpha> knownAt(long closedThrough) {
    Optional<LayerAlpha> newest = known;
    for (Entry entry : open) {
      if (entry.step() <= closedThrough) {
        newest = LayerAlpha.after(newest, entry.step(), entry.finding());
      }
    }
    return newest;
  }

  /** Whether whoever has read {@code stored} already knows all of this. */
  boolean addsNothingTo(LayerRecord stored) {
    return known.equals(stored.known) && stored.open.containsAll(open);
  }
}
