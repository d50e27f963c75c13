package io.isotherm.scheduler;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class StreamFailuresTest {

  private final MovableClock clock = new MovableClock();
  private final AtomicInteger exits = new AtomicInteger();
  private final StreamFailures failures = new StreamFailures(clock, exits::incrementAndGet);
  private final StreamsException failure = new StreamsException(new TimeoutException("no broker"));

  @Test
  void threadThatFailsNowAndThenIsReplaced() {
    for (int i = 0; i < 20; i++) {
      clock.now = clock.now.plus(Duration.ofMinutes(2));

      assertThat(failures.handle(failure)).isEqualTo(REPLACE_THREAD);
    }
    assertThat(exits).hasValue(0);
  }

  @Test
  void processEndsWhenTheThreadFailsAgainAndAgain() {
    for (int i = 0; i < 4; i++) {
      assertThat(failures.handle(failure)).isEqualTo(REPLACE_THREAD);
    }

    assertThat(failures.handle(failure)).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(exits).hasValue(1);
  }

  private static final class MovableClock extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
