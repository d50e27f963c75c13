package io.isotherm.standalone.analyze;

import io.isotherm.contracts.run.EstimatorSpec;
import io.isotherm.contracts.safetensors.Checkpoint;
import io.isotherm.contracts.safetensors.SafeTensor;
import io.isotherm.contracts.safetensors.TensorEntry;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;

/** Analyses one layer after the other with a solver and a buffer of its own. */
final class LayerWorker implements AutoCloseable {

  /** Most bytes of a tensor that are read: what a buffer can hold. */
  static final long MAX_TENSOR_BYTES = Integer.MAX_VALUE - 8;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final EigenvalueSolver solver;
  private final LayerAnalysis analysis;
  private final EstimatorSpec estimator;
  private final long bufferBytes;
  private ByteBuffer buffer = ByteBuffer.allocate(0);

  /**
   * A worker.
   *
   * @param solver is closed with the worker
   * @param bufferBytes of the largest tensor that will come and is not too large
   */
  LayerWorker(EigenvalueSolver solver, EstimatorSpec estimator, long bufferBytes) {
    this.solver = solver;
    this.analysis = new LayerAnalysis(solver);
    this.estimator = estimator;
    this.bufferBytes = bufferBytes;
  }

  /** The outcome of one layer, whatever happens. */
  LayerResult analyse(Checkpoint.Tensor tensor) {
    long before = THREADS.getCurrentThreadCpuTime();
    Outcome outcome;
    try {
      outcome = outcome(tensor);
    } catch (OutOfMemoryError e) {
      outcome =
          new Outcome.Failed(
              "not enough memory for a tensor of %d bytes (%s): take fewer --threads or a larger heap"
                  .formatted(tensor.entry().byteLength(), e.getMessage()));
    }
    TensorEntry entry = tensor.entry();
    return new LayerResult(
        entry.name(), entry.shape(), outcome, THREADS.getCurrentThreadCpuTime() - before);
  }

  private Outcome outcome(Checkpoint.Tensor tensor) {
    TensorEntry entry = tensor.entry();
    if (entry.dtype().isEmpty()) {
      return new Outcome.Skipped("type %s is not read as weights".formatted(entry.type()));
    }
    if (entry.shape().size() < 2 || entry.shape().size() > 4) {
      return new Outcome.Skipped(
          "a tensor with %d dimensions is no layer".formatted(entry.shape().size()));
    }
    if (entry.byteLength() > MAX_TENSOR_BYTES) {
      return new Outcome.Skipped(
          "the tensor has %d bytes, more than the %d that can be read"
              .formatted(entry.byteLength(), MAX_TENSOR_BYTES));
    }
    if (buffer.capacity() < bufferBytes) {
      buffer = ByteBuffer.allocateDirect((int) bufferBytes);
    }
    SafeTensor weights;
    try {
      weights = tensor.read(buffer);
    } catch (IOException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()));
    }
    return analysis.analyse(weights, estimator);
  }

  @Override
  public void close() {
    solver.close();
  }
}
