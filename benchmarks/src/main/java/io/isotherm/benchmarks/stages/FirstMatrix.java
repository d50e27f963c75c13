package io.isotherm.benchmarks.stages;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasTrans;

import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The first matrix of a layer and the lower triangle of its smaller Gram matrix, as floats. */
@State(Scope.Thread)
public class FirstMatrix {

  private int count;
  private int rows;
  private int columns;
  private FloatPointer weights;
  private FloatPointer gram;

  /** Copies the matrix and computes the other one. */
  @Setup
  public void setUp(Layer layer) throws UnreadableTensorException {
    openblas.blas_set_num_threads(1);
    WeightMatrices matrices = WeightTensor.of(layer.tensor()).slices();
    count = matrices.count();
    rows = matrices.rows();
    columns = matrices.columns();
    weights = new FloatPointer(matrices.matrixLength());
    matrices.copyTo(0, weights.asBuffer());
    gram = new FloatPointer((long) order() * order());
    multiply();
  }

  /** {@code ssyrk} on the smaller side. */
  void multiply() {
    boolean tall = rows > columns;
    openblas.cblas_ssyrk(
        CblasColMajor,
        CblasLower,
        tall ? CblasNoTrans : CblasTrans,
        order(),
        Math.max(rows, columns),
        1,
        weights,
        columns,
        0,
        gram,
        order());
  }

  /** How many matrices the layer has. */
  int count() {
    return count;
  }

  int order() {
    return Math.min(rows, columns);
  }

  /** Column by column. */
  FloatPointer gram() {
    return gram;
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    weights.close();
    gram.close();
  }
}
