package io.isotherm.solvers;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/** OpenBLAS as it would be with a broken kernel; each test breaks one routine. */
class FaultyBlas implements Blas {

  private final Blas right = OpenBlas.load();

  @Override
  public void ssyrk(
      Triangle triangle,
      boolean transposed,
      int order,
      int depth,
      FloatPointer a,
      int columnStride,
      float before,
      FloatPointer c) {
    right.ssyrk(triangle, transposed, order, depth, a, columnStride, before, c);
  }

  @Override
  public void dsyrk(
      Triangle triangle,
      boolean transposed,
      int order,
      int depth,
      DoublePointer a,
      int columnStride,
      double before,
      DoublePointer c) {
    right.dsyrk(triangle, transposed, order, depth, a, columnStride, before, c);
  }

  @Override
  public float sasum(int count, FloatPointer x, int stride) {
    return right.sasum(count, x, stride);
  }

  @Override
  public void sscal(int count, float factor, FloatPointer x) {
    right.sscal(count, factor, x);
  }

  @Override
  public int dsytrd(
      int order,
      DoublePointer matrix,
      DoublePointer diagonal,
      DoublePointer offDiagonal,
      DoublePointer reflectors,
      DoublePointer work,
      int workLength) {
    return right.dsytrd(order, matrix, diagonal, offDiagonal, reflectors, work, workLength);
  }

  @Override
  public int dsterf(int order, DoublePointer diagonal, DoublePointer offDiagonal) {
    return right.dsterf(order, diagonal, offDiagonal);
  }
}
