package io.isotherm.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** A warning that repeats at most once a minute, and then says how often it was due since. */
final class QuietLog {

  private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

  private final Logger log;
  private final AtomicLong nextAt = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong leftOut = new AtomicLong();

  QuietLog(Logger log) {
    this.log = log;
  }

  /** Logs {@code message}, or counts it if the last one is too fresh. */
  void warn(String message) {
    long now = System.nanoTime();
    long due = nextAt.get();
    boolean first = due == Long.MIN_VALUE;
    if ((first || now - due >= 0) && nextAt.compareAndSet(due, now + PAUSE)) {
      long silent = leftOut.getAndSet(0);
      String line = silent == 0 ? message : message + " count=" + (silent + 1);
      log.warn(line);
    } else {
      leftOut.incrementAndGet();
    }
  }
}
