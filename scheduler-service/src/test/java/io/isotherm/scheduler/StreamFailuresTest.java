package io.isotherm.scheduler;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.jboss.logmanager.formatters.PatternFormatter;
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

  @Test
  void messageThatNoTopicTakesIsLoggedWithTheSettingThatHelps() {
    LogLines lines = new LogLines();
    Logger logger = Logger.getLogger(StreamFailures.class.getName());
    logger.addHandler(lines);
    try {
      failures.handle(
          new StreamsException(new RecordTooLargeException("The message is 1200000 bytes")));
      failures.handle(failure);
    } finally {
      logger.removeHandler(lines);
    }

    assertThat(lines.warnings)
        .containsExactly(
            "stream thread failed and is replaced reason=\"a topic takes no message of that size,"
                + " set max.message.bytes=16777216 on isotherm.runs, isotherm.learning-rates,"
                + " isotherm.shadow-decisions and the changelogs isotherm-scheduler-*:"
                + " org.apache.kafka.common.errors.RecordTooLargeException: The message is 1200000"
                + " bytes\"",
            "stream thread failed and is replaced"
                + " reason=\"org.apache.kafka.common.errors.TimeoutException: no broker\"");
  }

  private static final class LogLines extends Handler {
    private static final Formatter MESSAGE_ALONE = new PatternFormatter("%s");

    private final List<String> warnings = new ArrayList<>();

    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
        warnings.add(MESSAGE_ALONE.format(record));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
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
