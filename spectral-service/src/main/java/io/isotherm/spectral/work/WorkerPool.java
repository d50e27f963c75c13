package io.isotherm.spectral.work;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectra.SolverTeam;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A fixed number of workers on threads of their own, whose solvers help each other out. */
public final class WorkerPool {

  private final FairQueue queue;
  private final BiConsumer<AnalysisJob, Outcome> done;
  private final Consumer<String> broken;
  private final CountDownLatch notReady;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final AtomicReference<String> reason = new AtomicReference<>();
  private final List<Thread> threads;

  /**
   * Workers that are not started yet.
   *
   * @param size how many
   * @param solvers makes one solver for each worker
   * @param precision how exactly they compute
   * @param queue where the jobs come from; closed by {@link #stop}
   * @param done is told of each job's outcome, on the worker's thread
   * @param broken is told once, in one line, when a solver does not work and none will
   */
  public WorkerPool(
      int size,
      Supplier<EigenvalueSolver> solvers,
      PrecisionMode precision,
      FairQueue queue,
      BiConsumer<AnalysisJob, Outcome> done,
      Consumer<String> broken) {
    this.queue = queue;
    this.done = done;
    this.broken = broken;
    this.notReady = new CountDownLatch(size);
    SolverTeam team = new SolverTeam();
    Supplier<EigenvalueSolver> members = () -> team.join(solvers.get());
    this.threads =
        IntStream.range(0, size)
            .mapToObj(i -> thread(i, new Worker(members, precision, queue, new Signals())))
            .toList();
  }

  /** Starts all workers; each first warms its solver up. */
  public void start() {
    threads.forEach(Thread::start);
  }

  /** Whether all solvers are warm and none is broken. */
  public boolean isReady() {
    return notReady.getCount() == 0 && !isBroken();
  }

  /** Ends when all solvers are warm; never, if one does not get warm. */
  public CompletionStage<Void> whenReady() {
    return ready.minimalCompletionStage();
  }

  /** Whether a solver does not work. */
  public boolean isBroken() {
    return reason.get() != null;
  }

  /**
   * Lets each worker finish its layer, but waits no longer than {@code timeout} for all of them.
   */
  public void stop(Duration timeout) throws InterruptedException {
    queue.close();
    long deadline = System.nanoTime() + timeout.toNanos();
    for (Thread thread : threads) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis > 0) {
        thread.join(millis);
      }
    }
  }

  /** A daemon: a solver that is deep in a decomposition must not keep a process from ending. */
  private static Thread thread(int index, Worker worker) {
    Thread thread = new Thread(worker, "spectral-worker-" + index);
    thread.setDaemon(true);
    return thread;
  }

  private final class Signals implements Worker.Listener {
    @Override
    public void ready() {
      notReady.countDown();
      if (notReady.getCount() == 0) {
        ready.complete(null);
      }
    }

    @Override
    public void done(AnalysisJob job, Outcome outcome) {
      done.accept(job, outcome);
    }

    @Override
    public void broken(String why) {
      if (reason.compareAndSet(null, why)) {
        queue.close();
        broken.accept(why);
      }
    }
  }
}
