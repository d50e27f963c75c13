package io.isotherm.gpucheck.work;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.stream.IntStream;

/** Something that a worker does with its solver, from bytes in memory. */
@FunctionalInterface
public interface Job {

  /**
   * Does it.
   *
   * @throws SolverException if the solver fails
   */
  void run(EigenvalueSolver solver);

  /** The eigenvalues of stacked matrices; the look at every weight counts. */
  static Job eigenvalues(SafeTensor stacked, Shape shape, Precision precision) {
    return solver -> solver.eigenvalues(matrices(stacked, shape), precision);
  }

  /** A layer's alpha as the service computes it: in single precision where that is certified. */
  static Job alpha(SafeTensor layer) {
    return solver -> {
      Outcome outcome = new LayerAnalysis(solver).analyse(layer, EstimatorSpec.DEFAULT);
      if (outcome instanceof Outcome.Failed failed) {
        throw new SolverException(failed.cause());
      }
    };
  }

  /** The matrices that {@link Layers#stacked} put one above the other. */
  static WeightMatrices matrices(SafeTensor stacked, Shape shape) {
    try {
      WeightMatrices whole = WeightTensor.of(stacked).slices();
      int[] starts = IntStream.range(0, shape.count()).map(k -> k * shape.rows()).toArray();
      return shape.count() == 1
          ? whole
          : whole.windows(starts, new int[] {0}, shape.rows(), shape.columns());
    } catch (UnreadableTensorException e) {
      throw new IllegalStateException(e);
    }
  }
}
