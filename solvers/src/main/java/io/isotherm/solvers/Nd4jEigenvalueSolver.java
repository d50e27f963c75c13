package io.isotherm.solvers;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.nio.DoubleBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J in double precision, on the CPU or a CUDA device, whichever backend is on the class path:
 * the smaller Gram matrix by {@code gemm}, its values by {@code syev}. All arrays are closed within
 * the call, so no native memory is left to the garbage collector.
 */
public final class Nd4jEigenvalueSolver implements EigenvalueSolver {

  private static final char COLUMN_MAJOR = 'f';
  private static final char VALUES_ONLY = 'N';
  private static final char LOWER = 'L';

  private final String backend;

  /**
   * Loads ND4J's backend, which takes seconds the first time in a process.
   *
   * @throws SolverException if there is no backend, or it does not load on this machine
   */
  public Nd4jEigenvalueSolver() {
    backend = Nd4jBackends.load();
  }

  /** With the backend in it: {@code nd4j-cpu} or {@code nd4j-cuda}. */
  @Override
  public String name() {
    return "nd4j-" + backend;
  }

  @Override
  public Precision precision() {
    return Precision.FP64;
  }

  @Override
  public double[] eigenvalues(WeightMatrices matrices) {
    double[] eigenvalues = new double[matrices.eigenvalueCount()];
    if (eigenvalues.length == 0) {
      return eigenvalues;
    }
    double[] weights = new double[matrices.matrixLength()];
    int order = matrices.order();
    for (int k = 0; k < matrices.count(); k++) {
      matrices.copyTo(k, DoubleBuffer.wrap(weights));
      double[] values = solve(weights, matrices);
      for (int i = 0; i < order; i++) {
        eigenvalues[k * order + i] = Math.scalb(Math.max(0, values[i]), 2 * matrices.exponent());
      }
    }
    return eigenvalues;
  }

  /** Rows in memory are read as columns, so the array is the transpose, n x m. */
  private static double[] solve(double[] weights, WeightMatrices matrices) {
    int rows = matrices.rows();
    int columns = matrices.columns();
    boolean tall = rows > columns;
    try (INDArray transpose = Nd4j.create(weights, new long[] {columns, rows}, COLUMN_MAJOR);
        INDArray gram = Nd4j.gemm(transpose, transpose, !tall, tall);
        INDArray values = Nd4j.create(DataType.DOUBLE, matrices.order())) {
      int info = Nd4j.getBlasWrapper().lapack().syev(VALUES_ONLY, LOWER, gram, values);
      if (info != 0) {
        throw new SolverException(
            "syev on a matrix of %d x %d returned info %d".formatted(rows, columns, info));
      }
      return values.toDoubleVector();
    }
  }

  @Override
  public void warmUp() {
    WarmUp.solveOnce(this);
  }

  @Override
  public void close() {
    // Every array is closed by the call that made it.
  }
}
