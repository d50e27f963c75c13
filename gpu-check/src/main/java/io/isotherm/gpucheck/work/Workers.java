package io.isotherm.gpucheck.work;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.SolverException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Threads with a solver each that take one job after the other, as the service's workers do. */
public final class Workers implements AutoCloseable {

  private final List<EigenvalueSolver> solvers = new ArrayList<>();
  private final ExecutorService threads;

  /**
   * Creates the solvers and warms them up, all at once.
   *
   * @throws SolverException if they cannot work on this machine
   */
  public Workers(int count, Supplier<EigenvalueSolver> solver) {
    threads = Executors.newFixedThreadPool(count);
    try {
      for (int i = 0; i < count; i++) {
        solvers.add(solver.get());
      }
      List<Future<?>> warming = new ArrayList<>();
      solvers.forEach(each -> warming.add(threads.submit(each::warmUp)));
      warming.forEach(Workers::await);
    } catch (SolverException e) {
      close();
      throw e;
    }
  }

  /** How many there are. */
  public int count() {
    return solvers.size();
  }

  /**
   * Does all jobs.
   *
   * @param workers how many take part, at most {@link #count()}
   * @return wall seconds from the start of the first to the end of the last
   * @throws SolverException if a job fails
   */
  public double lap(List<Job> jobs, int workers) {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    long begun = System.nanoTime();
    for (EigenvalueSolver solver : solvers.subList(0, workers)) {
      running.add(
          threads.submit(
              () -> {
                for (int i = next.getAndIncrement(); i < jobs.size(); i = next.getAndIncrement()) {
                  jobs.get(i).run(solver);
                }
              }));
    }
    running.forEach(Workers::await);
    return (System.nanoTime() - begun) / 1e9;
  }

  private static void await(Future<?> worker) {
    try {
      worker.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SolverException("interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof SolverException cause
          ? cause
          : new SolverException("a worker ended: " + e.getCause(), e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    solvers.forEach(EigenvalueSolver::close);
  }
}
