package io.isotherm.solvers.kernel;

import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyev;
import static org.bytedeco.openblas.global.openblas.LAPACK_ROW_MAJOR;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;

/** A symmetric matrix to test with, both triangles row by row. */
// Arrays are what the kernels take; nobody compares these.
@SuppressWarnings("ArrayRecordComponent")
record SymmetricMatrix(int order, float[] elements) {

  interface Element {
    double at(int row, int column);
  }

  /** From the elements of the lower triangle, {@code column <= row}. */
  static SymmetricMatrix of(int order, Element lower) {
    float[] elements = new float[order * order];
    for (int i = 0; i < order; i++) {
      for (int j = 0; j <= i; j++) {
        elements[i * order + j] = (float) lower.at(i, j);
        elements[j * order + i] = elements[i * order + j];
      }
    }
    return new SymmetricMatrix(order, elements);
  }

  static SymmetricMatrix random(int order) {
    Random random = new Random(order);
    return of(order, (i, j) -> random.nextGaussian());
  }

  /** Random, with zeros further than {@code width} from the diagonal. */
  static SymmetricMatrix band(int order, int width) {
    Random random = new Random(order);
    return of(order, (i, j) -> i - j <= width ? random.nextGaussian() : 0);
  }

  float at(int row, int column) {
    return elements[row * order + column];
  }

  /** The lower triangle, with what must not be read made unusable. */
  FloatBuffer lower() {
    float[] lower = elements.clone();
    for (int i = 0; i < order; i++) {
      Arrays.fill(lower, i * order + i + 1, (i + 1) * order, Float.NaN);
    }
    return FloatBuffer.wrap(lower).asReadOnlyBuffer();
  }

  /** This matrix, whose elements further than 16 from the diagonal are zeros. */
  SymmetricBand band() {
    SymmetricBand band = new SymmetricBand();
    band.clear(order);
    for (int i = 0; i < order; i++) {
      for (int j = Math.max(0, i - SymmetricBand.WIDTH); j <= i; j++) {
        band.set(i, j, at(i, j));
      }
    }
    return band;
  }

  /** Ascending, in double precision. */
  double[] eigenvalues() {
    double[] a = new double[elements.length];
    for (int i = 0; i < a.length; i++) {
      a[i] = elements[i];
    }
    double[] eigenvalues = new double[order];
    int info =
        LAPACKE_dsyev(LAPACK_ROW_MAJOR, (byte) 'N', (byte) 'L', order, a, order, eigenvalues);
    if (info != 0) {
      throw new AssertionError("dsyev returned info " + info);
    }
    return eigenvalues;
  }

  double trace() {
    double trace = 0;
    for (int i = 0; i < order; i++) {
      trace += at(i, i);
    }
    return trace;
  }

  double frobeniusNorm() {
    double squares = 0;
    for (float element : elements) {
      squares += (double) element * element;
    }
    return Math.sqrt(squares);
  }
}
