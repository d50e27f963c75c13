package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.NetworkLayer;
import io.isotherm.checkpoints.plot.PlotFolder;
import io.isotherm.checkpoints.weights.EffectiveWeight;
import io.isotherm.checkpoints.weights.Formation;
import io.isotherm.checkpoints.weights.UnformableException;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.solvers.NativeBlock;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryNeed;
import io.isotherm.spectra.Analysis;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.SolverTeam;
import io.isotherm.spectra.chance.AlphaNulls;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Analyses one layer after the other with a solver of its own, in memory that all workers share.
 */
final class LayerWorker implements AutoCloseable {

  /** Most bytes of a tensor that are read: what a buffer can hold. */
  static final long MAX_TENSOR_BYTES = Integer.MAX_VALUE - 8;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final SolverTeam.Member solver;
  private final LayerAnalysis analysis;
  private final LayerAnalysis withoutChance;
  private final EstimatorSpec estimator;
  private final String estimatorName;
  private final Optional<PlotFolder> plots;
  private final LayerMemory memory;
  private final SolverKind kind;

  /**
   * A worker.
   *
   * @param plots where spectra are plotted, if anywhere
   * @param memory of all workers
   * @param team of all workers' solvers
   * @param chance alpha of random matrices, of all workers
   * @throws io.isotherm.spectra.SolverException if the solver does not work on this machine
   */
  LayerWorker(
      AnalysisSettings settings,
      Optional<PlotFolder> plots,
      LayerMemory memory,
      SolverTeam team,
      AlphaNulls chance) {
    this.kind = settings.solver();
    this.solver = team.join(kind.create());
    this.analysis = new LayerAnalysis(solver, settings.precision(), chance);
    this.withoutChance = new LayerAnalysis(solver, settings.precision());
    this.estimator = settings.estimator();
    this.estimatorName = settings.estimatorName();
    this.plots = plots;
    this.memory = memory;
  }

  /**
   * The outcome of one layer, whatever happens.
   *
   * @param number of the layer in the checkpoint, from 1
   */
  LayerResult analyse(int number, NetworkLayer layer) throws InterruptedException {
    TensorEntry entry = layer.weight().entry();
    long before = cpuNanos();
    Analysis result;
    try {
      result = result(layer);
    } catch (OutOfMemoryError e) {
      result =
          without(
              new Outcome.Failed(
                  "not enough memory for a tensor of %d bytes (%s): take fewer --threads or a"
                          .formatted(entry.byteLength(), e.getMessage())
                      + " smaller --memory"));
    }
    long cpuNanos = cpuNanos() - before;
    if (plots.isPresent()) {
      plots.get().plotLayer(number, entry.name(), result);
    }
    return LayerResult.of(layer, result.outcome(), cpuNanos);
  }

  /** Of this thread and of those that helped it. */
  private long cpuNanos() {
    return THREADS.getCurrentThreadCpuTime() + solver.helpNanos();
  }

  private static Analysis skipped(String reason) {
    return without(new Outcome.Skipped(reason));
  }

  private static Analysis without(Outcome outcome) {
    return new Analysis(outcome, List.of());
  }

  private Analysis result(NetworkLayer layer) throws InterruptedException {
    EffectiveWeight weight = layer.weight();
    TensorEntry entry = weight.entry();
    if (weight.formation() instanceof Formation.Unformed unformed) {
      return skipped(unformed.reason());
    }
    if (entry.dtype().isEmpty()) {
      return skipped("type %s is not read as weights".formatted(entry.type()));
    }
    if (entry.shape().size() < 2 || entry.shape().size() > 5) {
      return skipped("a tensor with %d dimensions is no layer".formatted(entry.shape().size()));
    }
    if (entry.byteLength() > MAX_TENSOR_BYTES) {
      return skipped(
          "the tensor has %d bytes, more than the %d that can be read"
              .formatted(entry.byteLength(), MAX_TENSOR_BYTES));
    }
    if (cutsWindows() && weight.hasOnlyTheSpectrum()) {
      return skipped(
          "%s cuts windows of the weight, of which (%s) only the spectrum is formed; take another"
                  .formatted(estimatorName, weight.how().orElseThrow())
              + " estimator, or for LoRA the whole weight with --base");
    }
    MemoryNeed need = need(weight);
    Optional<String> refusal = memory.refusal(need);
    if (refusal.isPresent()) {
      return without(new Outcome.Failed(refusal.get()));
    }
    memory.borrow(need);
    try (NativeBlock block = NativeBlock.of((int) Math.max(1, entry.byteLength()))) {
      return analyse(weights(layer, block.buffer()), weight.hasOnlyTheSpectrum());
    } catch (UnformableException e) {
      return skipped(e.getMessage());
    } catch (IOException e) {
      return without(new Outcome.Failed(String.valueOf(e.getMessage())));
    } finally {
      memory.giveBack(need);
    }
  }

  private boolean cutsWindows() {
    return estimator instanceof EstimatorSpec.Farms || estimator instanceof EstimatorSpec.FarmsLlm;
  }

  /** WeightWatcher has no alpha of a layer with few eigenvalues. */
  private Analysis checked(Analysis analysis) {
    return estimator instanceof EstimatorSpec.WeightWatcher
            && analysis.outcome() instanceof Outcome.Analysed numbers
            && numbers.eigenvalueCount() < LayerResult.LEAST_EIGENVALUES
        ? skipped(
            "%d eigenvalues, and WeightWatcher asks for %d"
                .formatted(numbers.eigenvalueCount(), LayerResult.LEAST_EIGENVALUES))
        : analysis;
  }

  private MemoryNeed need(EffectiveWeight weight) {
    MemoryNeed need = MemoryNeed.of(kind, weight.entry(), weight.entry().byteLength());
    return weight.formation() instanceof Formation.Formed formed
        ? new MemoryNeed(
            need.nativeBytes(), Math.addExact(need.heapBytes(), formed.formula().heapBytes()))
        : need;
  }

  private static SafeTensor weights(NetworkLayer layer, ByteBuffer buffer)
      throws IOException, UnformableException {
    TensorEntry entry = layer.weight().entry();
    buffer.clear().limit((int) entry.byteLength());
    if (layer.weight().formation() instanceof Formation.Stored stored) {
      stored.tensor().readBytes(0, buffer);
    } else if (layer.weight().formation() instanceof Formation.Part part) {
      part.tensor().readBytes(part.from(), buffer);
    } else if (layer.weight().formation() instanceof Formation.Formed formed) {
      formed.formula().form(buffer);
      buffer.clear().limit((int) entry.byteLength());
    }
    return new SafeTensor(
        entry.name(),
        entry.dtype().orElseThrow(),
        entry.shape(),
        layer.axes().layout().map(order -> Map.of(SafeTensor.LAYOUT, order)).orElse(Map.of()),
        buffer);
  }

  /**
   * Entries of what has only the spectrum, such as a product's, depend on each other: random
   * matrices of its shape are no measure of it.
   */
  private Analysis analyse(SafeTensor weights, boolean hasOnlyTheSpectrum) {
    try {
      return checked(
          (hasOnlyTheSpectrum ? withoutChance : analysis).analyseInDetail(weights, estimator));
    } finally {
      // What it computed in goes to whoever waits.
      solver.trim();
    }
  }

  @Override
  public void close() {
    solver.close();
  }
}
