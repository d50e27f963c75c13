package io.isotherm.benchmarks.compare;

import java.time.Duration;

/**
 * How long a workload is measured.
 *
 * @param compile once and before anything else, for the JVM's compiler: a service runs for days
 * @param warmUp of each contestant, one lap or more
 * @param rounds at least so many
 * @param least shorter laps are repeated until they took that long together
 */
record Pace(Duration compile, Duration warmUp, int rounds, Duration least) {

  /** One lap of everybody, to see that everything works. */
  static final Pace QUICK = new Pace(Duration.ZERO, Duration.ZERO, 1, Duration.ZERO);

  /** More rounds than that do not change a median. */
  private static final int MOST_ROUNDS = 15;

  Pace {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be 1 or more, got: " + rounds);
    }
  }

  /** For numbers that shall mean something. */
  static Pace ofRounds(int rounds) {
    return new Pace(Duration.ofSeconds(20), Duration.ofSeconds(1), rounds, Duration.ofSeconds(3));
  }

  /** Whether another round follows. */
  boolean goesOn(int done, Duration taken) {
    return done < rounds || (done < MOST_ROUNDS && taken.compareTo(least) < 0);
  }
}
