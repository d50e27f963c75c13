package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.run.RunDescription;
import java.util.Set;

/** What can happen to a run's state. */
public sealed interface Event {

  /** A description stands on {@code isotherm.runs}. */
  record Described(RunDescription description) implements Event {}

  /** The description has been deleted from {@code isotherm.runs}. */
  record Deleted() implements Event {}

  /** An outcome stands on {@code isotherm.spectra}. */
  record Arrived(Arrival arrival) implements Event {}

  /** A control stands on {@code isotherm.controls}. */
  record Controlled(Control control) implements Event {}

  /**
   * Some open steps have waited long enough.
   *
   * @param incarnation of the steps
   * @param steps that are due
   */
  record DeadlinePassed(long incarnation, Set<Long> steps) implements Event {}
}
