package io.isotherm.spectral.work;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.SolverLostException;
import io.isotherm.spectra.chance.AlphaNulls;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One thread's work: takes jobs until the queue is closed, with a solver of its own.
 *
 * <p>After a failure the solver must prove itself on a small matrix. If it cannot, or if what it
 * computes on is lost to the whole process, as a GPU is after some CUDA errors, the worker says so
 * and ends. The layer that it failed at is answered all the same, so that it does not bring down
 * one process after the other.
 */
final class Worker implements Runnable {

  private final Supplier<EigenvalueSolver> solvers;
  private final PrecisionMode precision;
  private final AlphaNulls chance;
  private final FairQueue queue;
  private final Listener listener;

  Worker(
      Supplier<EigenvalueSolver> solvers,
      PrecisionMode precision,
      AlphaNulls chance,
      FairQueue queue,
      Listener listener) {
    this.solvers = solvers;
    this.precision = precision;
    this.chance = chance;
    this.queue = queue;
    this.listener = listener;
  }

  /** What a worker tells; on its own thread. */
  interface Listener {
    /** The solver works. */
    void ready();

    /** A job is done; nobody reads its bytes any more. */
    void done(AnalysisJob job, Outcome outcome);

    /** The solver works no more, and no other one in this process will. */
    void broken(String reason);

    /** As {@link #broken}, and it was lost at this job, or at another worker's. */
    void lost(AnalysisJob job, String reason);
  }

  @Override
  public void run() {
    try (EigenvalueSolver solver = solvers.get()) {
      solver.warmUp();
      listener.ready();
      LayerAnalysis analysis = new LayerAnalysis(solver, precision, chance);
      Optional<AnalysisJob> next = queue.take();
      while (next.isPresent()) {
        analyse(next.get(), analysis, solver);
        next = queue.take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      listener.broken(SolverException.explain(e));
    }
  }

  private void analyse(AnalysisJob job, LayerAnalysis analysis, EigenvalueSolver solver) {
    Outcome outcome;
    try {
      outcome = analysis.analyse(job.tensor(), job.estimator());
    } catch (OutOfMemoryError e) {
      outcome =
          new Outcome.Failed(
              "not enough heap for shape %s of %s; give the service a larger -Xmx"
                  .formatted(job.tensor().shape(), job.id()));
    } catch (SolverLostException e) {
      listener.lost(job, e.getMessage());
      throw e;
    } catch (Error e) {
      listener.done(job, new Outcome.Failed(SolverException.explain(e)));
      throw e;
    }
    solver.trim();
    listener.done(job, outcome);
    if (outcome instanceof Outcome.Failed) {
      solver.warmUp();
    }
  }
}
