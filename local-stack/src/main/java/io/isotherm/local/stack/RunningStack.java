package io.isotherm.local.stack;

import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.process.ProcessGroup;
import io.isotherm.terminal.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stack that ends with the command that started it, whether the command ends by itself or by a
 * signal.
 */
public final class RunningStack implements AutoCloseable {

  /** A service may take this long to end before it is killed. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** How long cleaning up waits for a start that is broken off. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(3);

  private static final Duration POLL = Duration.ofMillis(250);
  private static final String SPINNER = "|/-\\";

  private final ProcessGroup group = new ProcessGroup(PATIENCE);
  private final Stack stack;
  private final Terminal terminal;
  private final Runnable afterwards;
  private final ReentrantLock startLock = new ReentrantLock();
  private final String starting;
  private final Object cleaning = new Object();
  private boolean cleaned;
  private int frame;

  /**
   * A stack that is not started yet.
   *
   * @param cluster somebody else's Kafka cluster to work on; empty for a broker of its own
   * @param afterwards what is left to be done when all processes have ended
   */
  public RunningStack(
      Installation installation,
      ServicePorts ports,
      WorkDirectory work,
      Optional<KafkaSettings> cluster,
      Terminal terminal,
      Runnable afterwards) {
    this.stack = new Stack(installation, ports, work, group, cluster);
    this.starting =
        cluster
            .map(
                named ->
                    "Starting four services on the Kafka cluster at " + named.bootstrapServers())
            .orElse("Starting a Kafka broker and four services");
    this.terminal = terminal;
    this.afterwards = afterwards;
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopBySignal, "isotherm-stop"));
  }

  /** Starts everything and waits until it is ready. */
  public void start() throws InterruptedException {
    long begun = System.nanoTime();
    terminal.print(starting + " ...");
    startLock.lock();
    try {
      group.requireOpen();
      stack.start(this::show);
    } finally {
      startLock.unlock();
    }
    terminal.clearStatus();
    terminal.print(
        "Ready after %d s.".formatted(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)));
  }

  /** Its processes and folders. */
  public Stack stack() {
    return stack;
  }

  /** Throws if a process has ended. */
  public void requireAlive() {
    group.requireAlive();
  }

  /** Throws if the end has been asked for: what fails from then on is no failure. */
  public void requireWanted() {
    group.requireOpen();
  }

  /** Returns never: ends by a signal, or with an exception when a process ends. */
  public void stayUp() throws InterruptedException {
    while (true) {
      group.requireAlive();
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  @Override
  public void close() {
    terminal.clearStatus();
    group.close();
    awaitEndOfStart();
    synchronized (cleaning) {
      if (!cleaned) {
        cleaned = true;
        terminal.clearStatus();
        afterwards.run();
      }
    }
  }

  /** A start that still goes on would create folders behind the one who deletes them. */
  private void awaitEndOfStart() {
    try {
      if (startLock.tryLock(START_PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        startLock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopBySignal() {
    if (!group.isClosed()) {
      terminal.clearStatus();
      terminal.print("Stopping ...");
    }
    close();
  }

  private void show(List<String> waiting) {
    frame++;
    terminal.status(
        "%c waiting for %s"
            .formatted(SPINNER.charAt(frame % SPINNER.length()), String.join(", ", waiting)));
  }
}
