package io.isotherm.scheduler.rules;

import java.util.OptionalLong;

/**
 * Times by the clock of the host that noted them; no decision depends on them.
 *
 * @param changedAtMillis when the run's state last changed
 * @param lostAtMillis since when the run is lost, which means that its trainer has been silent for
 *     a whole lease; empty while it is not
 */
public record Liveness(long changedAtMillis, OptionalLong lostAtMillis) {

  /** Of a run that nothing is known of. */
  public static final Liveness NONE = new Liveness(0, OptionalLong.empty());

  Liveness changedAt(long millis) {
    return new Liveness(millis, lostAtMillis);
  }
}
