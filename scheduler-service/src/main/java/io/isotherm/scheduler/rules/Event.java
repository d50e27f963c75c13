package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.run.RunDescription;
import java.util.OptionalLong;
import java.util.Set;

/** What can happen to a run's state. */
public sealed interface Event {

  /** The incarnation whose trainer is heard in this; empty if no trainer is. */
  default OptionalLong spokenBy() {
    return OptionalLong.empty();
  }

  /** A description stands on {@code isotherm.runs}. */
  record Described(RunDescription description) implements Event {
    @Override
    public OptionalLong spokenBy() {
      return OptionalLong.of(description.incarnation());
    }
  }

  /** Somebody has deleted the run from {@code isotherm.runs}, whatever its incarnation. */
  record Deleted() implements Event {}

  /**
   * A scheduler has buried the run, which was lost, up to an incarnation. What it did not know when
   * it wrote that, a newer incarnation or the run's end, came later, whatever the order of records.
   */
  record Buried(long incarnation) implements Event {}

  /** An outcome stands on {@code isotherm.spectra}. */
  record Arrived(Arrival arrival) implements Event {
    @Override
    public OptionalLong spokenBy() {
      return OptionalLong.of(arrival.incarnation());
    }
  }

  /**
   * The run's trainer says on {@code isotherm.progress} where it stands.
   *
   * @param baseLearningRate that is in force
   */
  record Progressed(long incarnation, double baseLearningRate) implements Event {
    @Override
    public OptionalLong spokenBy() {
      return OptionalLong.of(incarnation);
    }
  }

  /** A control stands on {@code isotherm.controls}. */
  record Controlled(Control control) implements Event {}

  /**
   * Some open steps have waited long enough.
   *
   * @param incarnation of the steps
   * @param steps that are due
   */
  record DeadlinePassed(long incarnation, Set<Long> steps) implements Event {}

  /** Nothing has been heard of the run for a whole lease. */
  record LeaseExpired() implements Event {}
}
