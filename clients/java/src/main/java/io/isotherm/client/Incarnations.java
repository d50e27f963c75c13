package io.isotherm.client;

/** Numbers the starts of a run; messages of a smaller number than the newest are dropped. */
public final class Incarnations {

  private Incarnations() {}

  /**
   * An incarnation for the next start: larger than {@code previous}, and larger than that of any
   * earlier start on a clock that does not go back.
   *
   * @param previous of the checkpoint that the run resumes from; 0 for a new run
   */
  public static long next(long previous) {
    return Math.max(Math.addExact(previous, 1), System.currentTimeMillis());
  }
}
