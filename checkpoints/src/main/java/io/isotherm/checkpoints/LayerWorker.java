package io.isotherm.checkpoints;

import io.isotherm.checkpoints.plot.PlotFolder;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.spectra.Analysis;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Analyses one layer after the other with a solver and a buffer of its own. */
final class LayerWorker implements AutoCloseable {

  /** Most bytes of a tensor that are read: what a buffer can hold. */
  static final long MAX_TENSOR_BYTES = Integer.MAX_VALUE - 8;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final EigenvalueSolver solver;
  private final LayerAnalysis analysis;
  private final EstimatorSpec estimator;
  private final Optional<PlotFolder> plots;
  private final LayerBuffer buffer;

  /**
   * A worker.
   *
   * @param solver is closed with the worker
   * @param plots where spectra are plotted, if anywhere
   * @param bufferBytes of the largest tensor that will come and is not too large
   */
  LayerWorker(
      EigenvalueSolver solver,
      AnalysisSettings settings,
      Optional<PlotFolder> plots,
      long bufferBytes) {
    this.solver = solver;
    this.analysis = new LayerAnalysis(solver, settings.precision());
    this.estimator = settings.estimator();
    this.plots = plots;
    this.buffer = new LayerBuffer((int) bufferBytes, ByteBuffer::allocateDirect);
  }

  /**
   * The outcome of one layer, whatever happens.
   *
   * @param number of the layer in the checkpoint, from 1
   */
  LayerResult analyse(int number, Checkpoint.Tensor tensor) {
    TensorEntry entry = tensor.entry();
    long before = THREADS.getCurrentThreadCpuTime();
    Analysis result;
    try {
      result = result(tensor);
    } catch (OutOfMemoryError e) {
      result =
          without(
              new Outcome.Failed(
                  "not enough memory for a tensor of %d bytes (%s): take fewer --threads or a"
                          .formatted(entry.byteLength(), e.getMessage())
                      + " larger heap"));
    }
    long cpuNanos = THREADS.getCurrentThreadCpuTime() - before;
    if (plots.isPresent()) {
      plots.get().plotLayer(number, entry.name(), result);
    }
    return new LayerResult(entry.name(), entry.shape(), result.outcome(), cpuNanos);
  }

  private static Analysis skipped(String reason) {
    return without(new Outcome.Skipped(reason));
  }

  private static Analysis without(Outcome outcome) {
    return new Analysis(outcome, List.of());
  }

  private Analysis result(Checkpoint.Tensor tensor) {
    TensorEntry entry = tensor.entry();
    if (entry.dtype().isEmpty()) {
      return skipped("type %s is not read as weights".formatted(entry.type()));
    }
    if (entry.shape().size() < 2 || entry.shape().size() > 4) {
      return skipped("a tensor with %d dimensions is no layer".formatted(entry.shape().size()));
    }
    if (entry.byteLength() > MAX_TENSOR_BYTES) {
      return skipped(
          "the tensor has %d bytes, more than the %d that can be read"
              .formatted(entry.byteLength(), MAX_TENSOR_BYTES));
    }
    SafeTensor weights;
    try {
      weights = tensor.read(buffer.of((int) entry.byteLength()));
    } catch (IOException e) {
      return without(new Outcome.Failed(String.valueOf(e.getMessage())));
    }
    return analysis.analyseInDetail(weights, estimator);
  }

  @Override
  public void close() {
    solver.close();
  }
}
