package io.isotherm.benchmarks.compare;

import io.isotherm.benchmarks.workload.WeightFile;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverTeam;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * This engine as the spectral service runs it: workers with a solver each take one layer after the
 * other, in the network's order, and help the others when none is left.
 */
final class Isotherm implements Contestant {

  private final List<EigenvalueSolver> solvers = new ArrayList<>();
  private final ExecutorService threads;
  private List<SafeTensor> layers = List.of();
  private AtomicReferenceArray<Outcome> outcomes = new AtomicReferenceArray<>(0);

  Isotherm(int workers) {
    threads = Executors.newFixedThreadPool(workers);
    SolverTeam team = new SolverTeam();
    for (int i = 0; i < workers; i++) {
      EigenvalueSolver solver = team.join(SolverKind.LAPACK.create());
      solvers.add(solver);
      solver.warmUp();
    }
  }

  @Override
  public String name() {
    return "isotherm";
  }

  @Override
  public String description() {
    return "solver %s, %s of one thread"
        .formatted(
            solvers.get(0).name(), solvers.size() == 1 ? "1 worker" : solvers.size() + " workers");
  }

  @Override
  public void load(WeightFile weights) throws ContestantException {
    layers = List.of();
    try {
      layers = weights.load();
    } catch (IOException e) {
      throw new ContestantException("the weights cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public Lap run() throws ContestantException {
    outcomes = new AtomicReferenceArray<>(layers.size());
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> pending = new ArrayList<>();
    long cpu = ProcessCpu.nanos();
    long start = System.nanoTime();
    for (EigenvalueSolver solver : solvers) {
      pending.add(threads.submit(() -> takeLayers(new LayerAnalysis(solver), next)));
    }
    for (Future<?> worker : pending) {
      await(worker);
    }
    long wall = System.nanoTime() - start;
    cpu = ProcessCpu.nanos() - cpu;
    return new Lap(wall, cpu, alphas());
  }

  private void takeLayers(LayerAnalysis analysis, AtomicInteger next) {
    for (int i = next.getAndIncrement(); i < layers.size(); i = next.getAndIncrement()) {
      outcomes.set(i, analysis.analyse(layers.get(i), EstimatorSpec.DEFAULT));
    }
  }

  private static void await(Future<?> worker) throws ContestantException {
    try {
      worker.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ContestantException("interrupted", e);
    } catch (ExecutionException e) {
      throw new ContestantException("a worker ended: " + e.getCause(), e);
    }
  }

  private List<Double> alphas() {
    return outcomes().stream()
        .map(outcome -> outcome instanceof Outcome.Analysed found ? found.alpha() : Double.NaN)
        .toList();
  }

  /** What became of each layer in the last lap. */
  List<Outcome> outcomes() {
    List<Outcome> list = new ArrayList<>();
    for (int i = 0; i < outcomes.length(); i++) {
      list.add(outcomes.get(i));
    }
    return list;
  }

  /** Share of the last lap's layers that were computed in double precision; NaN without layers. */
  double doublePrecisionShare() {
    return outcomes().stream()
        .mapToInt(outcome -> isDouble(outcome) ? 1 : 0)
        .average()
        .orElse(Double.NaN);
  }

  /** A layer without a number went through double precision before it was given up. */
  private static boolean isDouble(Outcome outcome) {
    return !(outcome instanceof Outcome.Analysed found)
        || found.precision().equals(Precision.FP64.label());
  }

  @Override
  public void close() {
    threads.shutdownNow();
    solvers.forEach(EigenvalueSolver::close);
  }
}
