package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;

/**
 * The smaller Gram matrices of matrices on the device, by cuBLAS and without TF32.
 *
 * @param rows of each matrix
 * @param columns of each matrix
 * @param stride from one column of a product to the next
 */
record GramMatrices(CudaStream stream, int rows, int columns, int stride, Real real) {

  private int order() {
    return Math.min(rows, columns);
  }

  /**
   * Puts the products into the stream: at least their lower triangles.
   *
   * @param matrices row by row and one after the other
   */
  SymmetricSolver.Matrices multiply(Pointer matrices, int count, Pointer target) {
    if (count == 1) {
      multiplyOne(matrices, target);
    } else {
      multiplyAll(matrices, count, target);
    }
    return new SymmetricSolver.Matrices(target, order(), stride, count, real);
  }

  /** Rows in memory are columns to BLAS, so what lies there is the transpose, n x m. */
  private boolean isTall() {
    return rows > columns;
  }

  private void multiplyOne(Pointer matrix, Pointer target) {
    Cublas cublas = stream.cuda().cublas();
    Pointer one = stream.first(real, 1);
    Pointer zero = stream.second(real, 0);
    int transpose = isTall() ? Cublas.NO_TRANSPOSE : Cublas.TRANSPOSE;
    int n = order();
    int k = Math.max(rows, columns);
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
                    k,
                    one,
                    matrix,
                    columns,
                    zero,
                    target,
                    stride)
                : cublas.cublasDsyrk_v2(
                    stream.blas(),
                    Cublas.LOWER,
                    transpose,
                    n,
                    k,
                    one,
                    matrix,
                    columns,
                    zero,
                    target,
                    stride));
  }

  private void multiplyAll(Pointer matrices, int count, Pointer target) {
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
                    Math.max(rows, columns),
                    stream.first(real, 1),
                    matrices,
                    real.type(),
                    columns,
                    length,
                    matrices,
                    real.type(),
                    columns,
                    length,
                    stream.second(real, 0),
                    target,
                    real.type(),
                    stride,
                    (long) n * stride,
                    count,
                    real.computeType(),
                    Cublas.DEFAULT_ALGORITHM));
  }
}
