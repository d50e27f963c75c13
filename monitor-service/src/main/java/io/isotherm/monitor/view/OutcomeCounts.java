package io.isotherm.monitor.view;

import io.isotherm.contracts.spectrum.Outcome;

/**
 * How many outcomes of each kind a run has had.
 *
 * @param analysed with a spectrum
 * @param skipped without a meaningful alpha
 * @param superseded by a newer snapshot
 * @param failed without an end
 */
public record OutcomeCounts(long analysed, long skipped, long superseded, long failed) {

  static final OutcomeCounts NONE = new OutcomeCounts(0, 0, 0, 0);

  OutcomeCounts with(Outcome outcome) {
    if (outcome instanceof Outcome.Analysed) {
      return new OutcomeCounts(analysed + 1, skipped, superseded, failed);
    } else if (outcome instanceof Outcome.Skipped) {
      return new OutcomeCounts(analysed, skipped + 1, superseded, failed);
    } else if (outcome instanceof Outcome.Superseded) {
      return new OutcomeCounts(analysed, skipped, superseded + 1, failed);
    }
    return new OutcomeCounts(analysed, skipped, superseded, failed + 1);
  }
}
