package io.isotherm.scheduler;

import io.isotherm.checks.OneLine;
import io.isotherm.contracts.Topic;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jboss.logging.Logger;

/**
 * What happens when the stream thread dies: a new one takes over, since most causes pass; when that
 * does not help, the process ends with one line, and whoever runs it starts it again.
 */
@ApplicationScoped
public class StreamFailures implements StreamsUncaughtExceptionHandler {

  private static final int MAX_FAILURES = 5;
  private static final Duration WINDOW = Duration.ofMinutes(5);
  private static final Logger LOG = Logger.getLogger(StreamFailures.class);

  private final Clock clock;
  private final Runnable exit;
  private final Deque<Instant> recent = new ArrayDeque<>();

  /** For the service. */
  public StreamFailures() {
    this(Clock.systemUTC(), () -> Quarkus.asyncExit(1));
  }

  StreamFailures(Clock clock, Runnable exit) {
    this.clock = clock;
    this.exit = exit;
  }

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String reason = reason(cause);
    Instant now = clock.instant();
    recent.addLast(now);
    recent.removeIf(then -> then.isBefore(now.minus(WINDOW)));
    if (recent.size() < MAX_FAILURES) {
      LOG.warnf("stream thread failed and is replaced reason=\"%s\"", reason);
      LOG.debug("stream thread failed", failure);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    LOG.errorf(
        failure,
        "stream thread failed again and again, the scheduler stops count=%d reason=\"%s\"",
        recent.size(),
        reason);
    exit.run();
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** What to do where that can be said. */
  private static String reason(Throwable cause) {
    String found = OneLine.of(cause.toString());
    return cause instanceof RecordTooLargeException
        ? OneLine.of(
            "a topic takes no message of that size, set max.message.bytes=%d on isotherm.runs, isotherm.learning-rates, isotherm.shadow-decisions and the changelogs isotherm-scheduler-*: %s"
                .formatted(Topic.MAX_MESSAGE_BYTES, found))
        : found;
  }
}
