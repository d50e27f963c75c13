package io.isotherm.monitor.view;

/** What became of a message. */
public enum Disposition {
  /** It is in the view. */
  TAKEN,
  /** It belongs to an older incarnation of its run. */
  FENCED,
  /**
   * It repeats what is known, names a layer that the run does not have, or its run is forgotten.
   */
  IGNORED
}
