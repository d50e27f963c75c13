package io.isotherm.client;

import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/** Starts a trace: the header {@code traceparent} of W3C Trace Context, version 00, sampled. */
final class TraceParent {

  private TraceParent() {}

  /** A header value with a random trace id and a random parent id, neither of them all zero. */
  static String next() {
    Random random = ThreadLocalRandom.current();
    return "00-%016x%016x-%016x-01".formatted(random.nextLong(), nonZero(random), nonZero(random));
  }

  private static long nonZero(Random random) {
    long value = random.nextLong();
    return value == 0 ? 1 : value;
  }
}
