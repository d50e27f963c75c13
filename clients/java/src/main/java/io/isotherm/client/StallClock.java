package io.isotherm.client;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How long the training thread has been in the client, and how long it has trained. Written by the
 * training thread, read by any.
 */
final class StallClock {

  private static final long NOT_YET = -1;

  private final LongSupplier nanoTime;
  private final AtomicLong stalled = new AtomicLong();
  private final AtomicLong trained = new AtomicLong(NOT_YET);
  private volatile long firstStep;
  private volatile boolean started;

  StallClock(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The time at which a call came in; to be handed to {@link #leave}. */
  long enter() {
    return nanoTime.getAsLong();
  }

  /** Adds the time since {@code entered}. */
  void leave(long entered) {
    stalled.setRelease(stalled.getPlain() + nanoTime.getAsLong() - entered);
  }

  /** Training time counts from the first of these. */
  void stepBegins(long entered) {
    if (!started) {
      firstStep = entered;
      started = true;
    }
  }

  /** Training time stands still from here on. */
  void trainingEnds() {
    trained.compareAndSet(NOT_YET, running());
  }

  long stallNanos() {
    return stalled.getAcquire();
  }

  /** Since the first step; 0 before it. */
  long trainingNanos() {
    long ended = trained.get();
    return ended == NOT_YET ? running() : ended;
  }

  private long running() {
    return started ? Math.max(0, nanoTime.getAsLong() - firstStep) : 0;
  }
}
