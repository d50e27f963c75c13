package io.isotherm.solvers;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import io.isotherm.spectra.SolverException;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_full;

/** OpenBLAS through JavaCPP. */
final class OpenBlas implements Blas {

  private static final byte UPPER = 'U';

  private OpenBlas() {}

  /**
   * OpenBLAS, which is loaded if it was not, on one thread for the whole process.
   *
   * @throws SolverException if it does not load on this machine
   */
  static OpenBlas load() {
    NativeBlock.liftBounds();
    try {
      openblas.blas_set_num_threads(1);
    } catch (LinkageError e) {
      throw new SolverException("OpenBLAS does not load on this machine: " + e.getMessage(), e);
    }
    return new OpenBlas();
  }

  /** Version of the library, such as {@code 0.3.31}. */
  String version() {
    return openblas.OPENBLAS_VERSION.replace("OpenBLAS", "").strip();
  }

  /** The processor for which its kernels are made, as OpenBLAS calls it: {@code Zen}. */
  String coreType() {
    return openblas_full.openblas_get_corename().getString();
  }

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
    openblas.cblas_ssyrk(
        CblasColMajor,
        uplo(triangle),
        trans(transposed),
        order,
        depth,
        1,
        a,
        columnStride,
        before,
        c,
        order);
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
    openblas.cblas_dsyrk(
        CblasColMajor,
        uplo(triangle),
        trans(transposed),
        order,
        depth,
        1,
        a,
        columnStride,
        before,
        c,
        order);
  }

  @Override
  public float sasum(int count, FloatPointer x, int stride) {
    return openblas.cblas_sasum(count, x, stride);
  }

  @Override
  public void sscal(int count, float factor, FloatPointer x) {
    openblas.cblas_sscal(count, factor, x, 1);
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
    return openblas.LAPACKE_dsytrd_work(
        LAPACK_COL_MAJOR,
        UPPER,
        order,
        matrix,
        order,
        diagonal,
        offDiagonal,
        reflectors,
        work,
        workLength);
  }

  @Override
  public int dsterf(int order, DoublePointer diagonal, DoublePointer offDiagonal) {
    return openblas.LAPACKE_dsterf_work(order, diagonal, offDiagonal);
  }

  /**
   * Multiplies two square matrices in single precision: the routine that shows a kernel's speed.
   */
  void sgemm(int order, FloatPointer a, FloatPointer b, FloatPointer c) {
    openblas.cblas_sgemm(
        CblasColMajor,
        CblasNoTrans,
        CblasNoTrans,
        order,
        order,
        order,
        1,
        a,
        order,
        b,
        order,
        0,
        c,
        order);
  }

  private static int uplo(Triangle triangle) {
    return triangle == Triangle.UPPER ? CblasUpper : CblasLower;
  }

  private static int trans(boolean transposed) {
    return transposed ? CblasTrans : CblasNoTrans;
  }
}
