package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import io.isotherm.solvers.kernel.GramSlices;

/**
 * The smaller Gram matrices of matrices on the device, by cuBLAS and without TF32, added up from
 * {@linkplain GramSlices slices}: a core of the device adds one product after the other.
 *
 * @param rows of each matrix
 * @param columns of each matrix
 * @param stride from one column of a product to the next
 */
record GramMatrices(CudaStream stream, int rows, int columns, int stride, Real real) {

  /** Slices of a sum, at most: each is a launch, and one more rounding. */
  private static final int MOST_SLICES = 1024;

  private int order() {
    return Math.min(rows, columns);
  }

  /**
   * Puts the products into the stream: at least their lower triangles.
   *
   * @param matrices row by row and one after the other
   */
  SymmetricSolver.Matrices multiply(Pointer matrices, int count, Pointer target) {
    for (int from = 0; from < depth(); from += slice()) {
      int depth = Math.min(slice(), depth() - from);
      Pointer slice = from(matrices, from);
      if (count == 1) {
        multiplyOne(slice, from, depth, target);
      } else {
        multiplyAll(slice, from, depth, count, target);
      }
    }
    return new SymmetricSolver.Matrices(target, order(), stride, count, real);
  }

  /** Rows in memory are columns to BLAS, so what lies there is the transpose, n x m. */
  private boolean isTall() {
    return rows > columns;
  }

  /** How many numbers an element of a product is the sum of. */
  private int depth() {
    return Math.max(rows, columns);
  }

  private int slice() {
    return Math.max(GramSlices.depth(rows, columns), (depth() - 1) / MOST_SLICES + 1);
  }

  /** A slice from column {@code from} on, or row if the matrices are tall. */
  private Pointer from(Pointer matrices, int from) {
    return matrices.share((isTall() ? (long) from * columns : from) * real.bytes());
  }

  private void multiplyOne(Pointer matrix, int from, int depth, Pointer target) {
    Cublas cublas = stream.cuda().cublas();
    Pointer one = stream.first(real, 1);
    Pointer before = stream.second(real, from == 0 ? 0 : 1);
    int transpose = isTall() ? Cublas.NO_TRANSPOSE : Cublas.TRANSPOSE;
    int n = order();
    stream
        .calls()
        .checkCublas(
            "cublasXsyrk",
            real == Real.SINGLE
                ? cublas.cublasSsyrk_v2(
                    stream.blas(),
                    Cublas.LOWER,
                    transpose,
                    n,
                    depth,
                    one,
                    matrix,
                    columns,
                    before,
                    target,
                    stride)
                : cublas.cublasDsyrk_v2(
                    stream.blas(),
                    Cublas.LOWER,
                    transpose,
                    n,
                    depth,
                    one,
                    matrix,
                    columns,
                    before,
                    target,
                    stride));
  }

  private void multiplyAll(Pointer matrices, int from, int depth, int count, Pointer target) {
    int n = order();
    long length = (long) rows * columns;
    stream
        .calls()
        .checkCublas(
            "cublasGemmStridedBatchedEx",
            stream
                .cuda()
                .cublas()
                .cublasGemmStridedBatchedEx(
                    stream.blas(),
                    isTall() ? Cublas.NO_TRANSPOSE : Cublas.TRANSPOSE,
                    isTall() ? Cublas.TRANSPOSE : Cublas.NO_TRANSPOSE,
                    n,
                    n,
                    depth,
                    stream.first(real, 1),
                    matrices,
                    real.type(),
                    columns,
                    length,
                    matrices,
                    real.type(),
                    columns,
                    length,
                    stream.second(real, from == 0 ? 0 : 1),
                    target,
                    real.type(),
                    stride,
                    (long) n * stride,
                    count,
                    real.computeType(),
                    Cublas.DEFAULT_ALGORITHM));
  }
}
