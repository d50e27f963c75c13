package io.isotherm.solvers;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The routines of BLAS and LAPACK that the solver computes with, column by column as they want it.
 * {@link OpenBlas} is what runs; the seam is there so that {@link BlasCheck} can be shown a library
 * that computes wrongly.
 */
interface Blas {

  /** Which triangle of a symmetric matrix is written. */
  enum Triangle {
    UPPER,
    LOWER
  }

  /**
   * The product of a matrix and its transpose: {@code C = A Aᵀ + before C}, or {@code Aᵀ A} with
   * {@code transposed}.
   *
   * @param order of C
   * @param depth of the sums
   * @param a order x depth, or with {@code transposed} depth x order
   * @param columnStride from one column of {@code a} to the next
   * @param before 0 or 1; with 0, C may hold anything
   * @param c order x order
   */
  void ssyrk(
      Triangle triangle,
      boolean transposed,
      int order,
      int depth,
      FloatPointer a,
      int columnStride,
      float before,
      FloatPointer c);

  /** {@link #ssyrk} in double precision. */
  void dsyrk(
      Triangle triangle,
      boolean transposed,
      int order,
      int depth,
      DoublePointer a,
      int columnStride,
      double before,
      DoublePointer c);

  /** The sum of {@code count} absolute values, {@code stride} apart. */
  float sasum(int count, FloatPointer x, int stride);

  /** Multiplies {@code count} elements by a factor. */
  void sscal(int count, float factor, FloatPointer x);

  /**
   * Reduces a symmetric matrix, of which the upper triangle is read, to tridiagonal form.
   *
   * @param work scratch memory
   * @param workLength of it; a multiple of the order, the block size
   * @return LAPACK's info: 0 if all is well
   */
  int dsytrd(
      int order,
      DoublePointer matrix,
      DoublePointer diagonal,
      DoublePointer offDiagonal,
      DoublePointer reflectors,
      DoublePointer work,
      int workLength);

  /**
   * Replaces the diagonal of a symmetric tridiagonal matrix by its eigenvalues, ascending.
   *
   * @return LAPACK's info: 0 if all is well
   */
  int dsterf(int order, DoublePointer diagonal, DoublePointer offDiagonal);
}
