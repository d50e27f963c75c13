package io.isotherm.spectral.work;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectra.SolverTeam;
import io.isotherm.spectra.chance.AlphaNulls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  private final AlphaNulls chance = new AlphaNulls();
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
   * @param solvers each makes the solver of one worker
   * @param precision how exactly they compute
   * @param queue where the jobs come from; closed by {@link #stop}
   * @param done is told of each job's outcome, on the worker's thread
   * @param broken is told once, in one line, when a solver does not work and none will
   */
  public WorkerPool(
      List<Supplier<EigenvalueSolver>> solvers,
      PrecisionMode precision,
      FairQueue queue,
      BiConsumer<AnalysisJob, Outcome> done,
      Consumer<String> broken) {
    this.queue = queue;
    this.done = done;
    this.broken = broken;
    this.notReady = new CountDownLatch(solvers.size());
    SolverTeam team = new SolverTeam();
    this.threads =
        IntStream.range(0, solvers.size())
            .mapToObj(i -> thread(i, worker(() -> team.join(solvers.get(i).get()), precision)))
            .toList();
  }

  private Worker worker(Supplier<EigenvalueSolver> solver, PrecisionMode precision) {
    return new Worker(solver, precision, chance, queue, new Signals());
  }

  /** Starts all workers; each first warms its solver up. */
  public void start() {
    threads.forEach(Thread::start);
  }

  /** Whether all solvers are warm and none is broken. */
  public boolean isReady() {
    return notReady.getCount() == 0 && brokenReason().isEmpty();
  }

  /** Ends when all solvers are warm; never, if one does not get warm. */
  public CompletionStage<Void> whenReady() {
    return ready.minimalCompletionStage();
  }

  /** Why a solver does not work, in one line; empty if all do. */
  public Optional<String> brokenReason() {
    return Optional.ofNullable(reason.get());
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
      broken(why, () -> {});
    }

    @Override
    public void lost(AnalysisJob job, String why) {
      // The first one may be what the device was lost at, and is answered. The layers of all other
      // workers are not: whoever takes over computes them again.
      broken(why, () -> done.accept(job, new Outcome.Failed(why)));
    }

    private void broken(String why, Runnable first) {
      if (reason.compareAndSet(null, why)) {
        queue.close();
        first.run();
        broken.accept(why);
      }
    }
  }
}
