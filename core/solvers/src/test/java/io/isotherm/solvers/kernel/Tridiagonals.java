package io.isotherm.solvers.kernel;

import static org.bytedeco.openblas.global.openblas.LAPACKE_dsterf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyev;
import static org.bytedeco.openblas.global.openblas.LAPACK_ROW_MAJOR;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Symmetric tridiagonal matrices to test with, and their eigenvalues in double precision. */
final class Tridiagonals {

  private Tridiagonals() {}

  // Arrays are what the kernels take; nobody compares these.
  @SuppressWarnings("ArrayRecordComponent")
  record Tridiagonal(float[] d, float[] e) {
    int order() {
      return d.length;
    }
  }

  static Tridiagonal diagonal(float... d) {
    return new Tridiagonal(d, new float[Math.max(0, d.length - 1)]);
  }

  static Tridiagonal constant(int order, float diagonal, float offDiagonal) {
    float[] d = new float[order];
    float[] e = new float[order - 1];
    Arrays.fill(d, diagonal);
    Arrays.fill(e, offDiagonal);
    return new Tridiagonal(d, e);
  }

  static Tridiagonal random(int order, long seed) {
    Random random = new Random(seed);
    float[] d = new float[order];
    float[] e = new float[order - 1];
    for (int i = 0; i < order; i++) {
      d[i] = (float) random.nextGaussian();
      if (i > 0) {
        e[i - 1] = (float) random.nextGaussian();
      }
    }
    return new Tridiagonal(d, e);
  }

  /** From LAPACK's dsterf. */
  static double[] expected(Tridiagonal matrix) {
    double[] d = doubles(matrix.d());
    if (LAPACKE_dsterf_work(d.length, d, doubles(matrix.e())) != 0) {
      throw new IllegalStateException("dsterf did not converge");
    }
    return d;
  }

  /** Of a dense symmetric matrix, from LAPACK's dsyev. */
  static double[] eigenvalues(double[][] matrix) {
    int order = matrix.length;
    double[] all = Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    double[] values = new double[order];
    if (LAPACKE_dsyev(LAPACK_ROW_MAJOR, (byte) 'N', (byte) 'L', order, all, order, values) != 0) {
      throw new IllegalStateException("dsyev did not converge");
    }
    return values;
  }

  static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
