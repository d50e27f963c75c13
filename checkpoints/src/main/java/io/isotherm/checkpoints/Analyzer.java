package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.NetworkLayer;
import io.isotherm.checkpoints.plot.PlotFolder;
import io.isotherm.solvers.CpuKernels;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.SolverLostException;
import io.isotherm.spectra.SolverTeam;
import io.isotherm.spectra.chance.AlphaNulls;
import io.isotherm.terminal.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Analyses layers on several threads and hands the results over in the layers' order, each as soon
 * as it and all before it are there.
 */
final class Analyzer {

  private final List<NetworkLayer> layers;
  private final List<CompletableFuture<LayerResult>> results;
  private final AtomicInteger next = new AtomicInteger();
  private final AnalysisSettings settings;
  private final Optional<PlotFolder> plots;
  private volatile boolean stopped;

  /** An analysis of {@code layers}, whose spectra are plotted if {@code plots} are wanted. */
  Analyzer(List<NetworkLayer> layers, AnalysisSettings settings, Optional<PlotFolder> plots) {
    this.layers = layers;
    this.settings = settings;
    this.plots = plots;
    this.results =
        Stream.generate(CompletableFuture<LayerResult>::new).limit(layers.size()).toList();
  }

  /**
   * Analyses all layers.
   *
   * @param progress is told of every layer that is done, by the thread that did it
   * @param report takes the results, and says whether it wants more
   * @throws UserError if the solver does not work, or computes wrong results, on this machine, or
   *     is lost on the way
   */
  void run(AnalysisProgress progress, Predicate<LayerResult> report) throws InterruptedException {
    CompletableFuture<?> kernels = checkKernels();
    List<LayerWorker> workers = workers();
    CountDownLatch busy = new CountDownLatch(workers.size());
    for (LayerWorker worker : workers) {
      Thread thread = new Thread(() -> work(worker, busy, progress), "analysis");
      // Nothing has to be put in order when the user ends the program.
      thread.setDaemon(true);
      thread.start();
    }
    try {
      awaitCheck(kernels);
      for (CompletableFuture<LayerResult> result : results) {
        if (!report.test(result.get())) {
          return;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SolverLostException) {
        throw new UserError(e.getCause().getMessage(), e);
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      stopped = true;
    }
  }

  /** Beside the first layers, which take longer; nothing is shown before it has ended well. */
  private CompletableFuture<?> checkKernels() {
    return settings.solver() == SolverKind.LAPACK
        ? CompletableFuture.runAsync(CpuKernels::ofThisProcess)
        : CompletableFuture.completedFuture(null);
  }

  private static void awaitCheck(CompletableFuture<?> kernels)
      throws InterruptedException, ExecutionException {
    try {
      kernels.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SolverException) {
        throw new UserError(e.getCause().getMessage(), e);
      }
      throw e;
    }
  }

  private List<LayerWorker> workers() {
    Resources resources = settings.resources();
    LayerMemory memory =
        new LayerMemory(MemoryBudget.ofThisProcess(resources.memoryBytes(), "--memory"));
    SolverTeam team = new SolverTeam();
    AlphaNulls chance = new AlphaNulls();
    List<LayerWorker> workers = new ArrayList<>();
    try {
      while (workers.size() < Math.min(resources.threads(), layers.size())) {
        workers.add(new LayerWorker(settings, plots, memory, team, chance));
      }
    } catch (SolverException | SolverLostException e) {
      throw new UserError(e.getMessage(), e);
    }
    return workers;
  }

  private void work(LayerWorker worker, CountDownLatch busy, AnalysisProgress progress) {
    try (worker) {
      try {
        analyseLayers(worker, progress);
      } finally {
        busy.countDown();
      }
      // Its solver helps the others out until they are done.
      busy.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void analyseLayers(LayerWorker worker, AnalysisProgress progress) {
    for (int i = next.getAndIncrement();
        i < results.size() && !stopped;
        i = next.getAndIncrement()) {
      try {
        results.get(i).complete(worker.analyse(i + 1, layers.get(i)));
      } catch (Throwable e) {
        // Whoever waits for the result must learn of it.
        results.get(i).completeExceptionally(e);
      }
      progress.done(layers.get(i));
    }
  }
}
