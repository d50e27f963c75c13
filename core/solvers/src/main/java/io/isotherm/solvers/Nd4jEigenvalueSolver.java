package io.isotherm.solvers;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J in single or double precision, on the CPU or a CUDA device, whichever backend is on the
 * class path: the smaller Gram matrix by {@code gemm}, its values by {@code syev}. All arrays are
 * closed within the call, so no native memory is left to the garbage collector.
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
  public boolean supports(Precision precision) {
    return true;
  }

  @Override
  public void eigenvalues(WeightMatrices matrices, Precision precision, double[] target) {
    if (matrices.eigenvalueCount() == 0) {
      return;
    }
    int order = matrices.order();
    for (int k = 0; k < matrices.count(); k++) {
      double[] values = solve(matrices, k, precision);
      for (int i = 0; i < order; i++) {
        target[k * order + i] = Math.scalb(Math.max(0, values[i]), 2 * matrices.exponent());
      }
    }
  }

  private static double[] solve(WeightMatrices matrices, int matrix, Precision precision) {
    try (INDArray gram = gram(matrices, matrix, precision);
        INDArray values = Nd4j.create(gram.dataType(), matrices.order())) {
      int info = Nd4j.getBlasWrapper().lapack().syev(VALUES_ONLY, LOWER, gram, values);
      if (info != 0) {
        throw new SolverException(
            "syev on a matrix of %d x %d returned info %d"
                .formatted(matrices.rows(), matrices.columns(), info));
      }
      return values.toDoubleVector();
    }
  }

  private static INDArray gram(WeightMatrices matrices, int matrix, Precision precision) {
    boolean single = precision == Precision.FP32;
    DataType type = single ? DataType.FLOAT : DataType.DOUBLE;
    INDArray gram =
        Nd4j.create(type, new long[] {matrices.order(), matrices.order()}, COLUMN_MAJOR);
    GramPanels panels =
        single ? GramPanels.slices(matrices) : GramPanels.of(matrices, Long.MAX_VALUE);
    for (int p = 0; p < panels.count(); p++) {
      try (INDArray transpose = transpose(panels.panel(p), matrix, precision)) {
        int before = p == 0 ? 0 : 1;
        Nd4j.gemm(transpose, transpose, gram, !panels.isTall(), panels.isTall(), 1, before);
      }
    }
    return gram;
  }

  /** Rows in memory are read as columns, so the array is the transpose, n x m. */
  private static INDArray transpose(WeightMatrices matrices, int matrix, Precision precision) {
    long[] shape = {matrices.columns(), matrices.rows()};
    if (precision == Precision.FP32) {
      float[] weights = new float[matrices.matrixLength()];
      matrices.copyTo(matrix, FloatBuffer.wrap(weights));
      return Nd4j.create(weights, shape, COLUMN_MAJOR);
    }
    double[] weights = new double[matrices.matrixLength()];
    matrices.copyTo(matrix, DoubleBuffer.wrap(weights));
    return Nd4j.create(weights, shape, COLUMN_MAJOR);
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
