package io.isotherm.checkpoints;

/** What the user sees of the results, one after the other in the layers' order. */
interface AnalysisReport {

  /** Shows a result; false if nobody reads any more. */
  boolean show(LayerResult result);

  /** Shows what comes after the last result. */
  void end(Tally tally);
}
