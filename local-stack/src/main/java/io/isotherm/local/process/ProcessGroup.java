package io.isotherm.local.process;

import io.isotherm.terminal.UserError;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The children of one launcher. Closing it ends them all, highest tier first, and waits until they
 * are gone. May be closed by several threads, and while another thread starts processes or waits
 * for them: that thread then gets a {@link StoppedException}.
 */
public final class ProcessGroup implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(300);

  private final List<ManagedProcess> processes = new ArrayList<>();
  private final Readiness readiness = new Readiness();
  private final Duration patience;
  private final Object closing = new Object();
  private volatile boolean closed;

  /**
   * An empty group.
   *
   * @param patience how long the processes of a tier may take to end before they are killed
   */
  public ProcessGroup(Duration patience) {
    this.patience = patience;
  }

  /**
   * Starts a process.
   *
   * @throws UserError if it cannot be started
   * @throws StoppedException if the group is closed
   */
  public ManagedProcess start(ProcessSpec spec) {
    synchronized (processes) {
      requireOpen();
      ManagedProcess process = ManagedProcess.start(spec);
      processes.add(process);
      return process;
    }
  }

  /** All processes started so far, in that order. */
  public List<ManagedProcess> processes() {
    synchronized (processes) {
      return List.copyOf(processes);
    }
  }

  /** Whether the group has been closed, or is being closed. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Checks that all processes run.
   *
   * @throws ChildFailedException for the first one that does not
   * @throws StoppedException if the group is closed
   */
  public void requireAlive() {
    for (ManagedProcess process : processes()) {
      if (!process.isAlive()) {
        requireOpen();
        throw ChildFailedException.ended(process);
      }
    }
    requireOpen();
  }

  /**
   * Waits until every process that has a readiness endpoint is ready.
   *
   * @param waiting is told again and again whom we wait for
   * @throws ChildFailedException if one ends, or is not ready in time
   * @throws StoppedException if the group is closed meanwhile
   */
  public void awaitReady(Duration timeout, Consumer<List<String>> waiting)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<ManagedProcess> unready = new ArrayList<>(processes());
    while (true) {
      requireAlive();
      List<ManagedProcess> still = new ArrayList<>();
      for (ManagedProcess process : unready) {
        Optional<URI> endpoint = process.spec().readiness();
        if (endpoint.isPresent() && !readiness.isReady(endpoint.get())) {
          still.add(process);
        }
      }
      unready = still;
      if (unready.isEmpty()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        requireAlive();
        ManagedProcess first = unready.get(0);
        throw ChildFailedException.notReady(
            first, timeout.toSeconds(), readiness.detail(first.spec().readiness().orElseThrow()));
      }
      waiting.accept(unready.stream().map(process -> process.spec().name()).toList());
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  /** Ends all processes, tier by tier, and returns when they are gone. */
  @Override
  public void close() {
    synchronized (processes) {
      closed = true;
    }
    synchronized (closing) {
      TreeSet<Integer> tiers = new TreeSet<>();
      processes().forEach(process -> tiers.add(process.spec().tier()));
      for (int tier : tiers.descendingSet()) {
        stop(processes().stream().filter(process -> process.spec().tier() == tier).toList());
      }
    }
  }

  private void stop(List<ManagedProcess> tier) {
    tier.forEach(ManagedProcess::terminate);
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      for (ManagedProcess process : tier) {
        process.awaitEnd(deadline);
      }
    } catch (InterruptedException e) {
      tier.forEach(ManagedProcess::kill);
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Checks that nobody has closed the group.
   *
   * @throws StoppedException if somebody has
   */
  public void requireOpen() {
    if (closed) {
      throw new StoppedException();
    }
  }
}
