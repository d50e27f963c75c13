package io.isotherm.trainer.run;

import io.isotherm.checks.Checks;
import java.util.Locale;

/** Where a run stands in this service. What can come next is a method of the state. */
public sealed interface OrderState {

  /** The newest that is known of the training. */
  RunProgress progress();

  /** Whether nothing comes after this state. */
  default boolean ended() {
    return true;
  }

  /** The state's name in JSON. */
  default String label() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** Waits for its turn. */
  record Queued() implements OrderState {
    @Override
    public RunProgress progress() {
      return RunProgress.NONE;
    }

    @Override
    public boolean ended() {
      return false;
    }

    /** Its turn has come. */
    Training start() {
      return new Training(RunProgress.NONE);
    }

    /** Nobody wants it any more. */
    Stopped stop() {
      return new Stopped(RunProgress.NONE);
    }
  }

  /** Is being trained. */
  record Training(RunProgress progress) implements OrderState {
    @Override
    public boolean ended() {
      return false;
    }

    /** Has come further. */
    Training at(RunProgress newProgress) {
      return new Training(newProgress);
    }

    /** All steps are done. */
    Finished finish(RunProgress last) {
      return new Finished(last);
    }

    /** Was told to stop, and did. */
    Stopped stop(RunProgress last) {
      return new Stopped(last);
    }

    /** Could not go on. */
    Failed fail(String cause) {
      return new Failed(progress, cause);
    }
  }

  /** Trained to its end. */
  record Finished(RunProgress progress) implements OrderState {}

  /** Stopped before its end, on request. */
  record Stopped(RunProgress progress) implements OrderState {}

  /**
   * Ended with an error.
   *
   * @param cause one line
   */
  record Failed(RunProgress progress, String cause) implements OrderState {
    /** Checks that there is a cause. */
    public Failed {
      Checks.requireText("cause of a failed run", cause);
    }
  }
}
