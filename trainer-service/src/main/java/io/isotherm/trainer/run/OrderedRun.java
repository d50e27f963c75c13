package io.isotherm.trainer.run;

/** An order and what has become of it. Read by everybody, moved on by the training thread. */
public final class OrderedRun {

  private final RunOrder order;
  private final long previousIncarnation;
  private OrderState state = new OrderState.Queued();
  private volatile boolean stop;

  OrderedRun(RunOrder order, long previousIncarnation) {
    this.order = order;
    this.previousIncarnation = previousIncarnation;
  }

  /** What was asked for. */
  public RunOrder order() {
    return order;
  }

  /** Where the run stands now. */
  public synchronized OrderState state() {
    return state;
  }

  /** Ends the run before its next step. A run that has ended stays as it is. */
  public synchronized void stop() {
    stop = true;
    if (state instanceof OrderState.Queued queued) {
      state = queued.stop();
    }
  }

  boolean stopRequested() {
    return stop;
  }

  /** The incarnation of the last run of this name here, 0 if there was none. */
  long previousIncarnation() {
    return previousIncarnation;
  }

  /** Whether it was its turn. */
  synchronized boolean start() {
    if (state instanceof OrderState.Queued queued) {
      state = queued.start();
      return true;
    }
    return false;
  }

  synchronized void advance(RunProgress progress) {
    state = training().at(progress);
  }

  synchronized void end(RunProgress last) {
    state =
        stop && last.step() < last.totalSteps() ? training().stop(last) : training().finish(last);
  }

  synchronized void fail(String cause) {
    state = training().fail(cause);
  }

  private OrderState.Training training() {
    if (state instanceof OrderState.Training training) {
      return training;
    }
    throw new IllegalStateException(
        "run '%s' must be in training, but is %s".formatted(order.run(), state.label()));
  }
}
