package io.isotherm.solvers.cuda;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** What is used of {@code cublas_v2.h}. Matrices are column-major; factors lie on the host. */
interface Cublas extends Library {

  /** {@code CUBLAS_OP_N}. */
  int NO_TRANSPOSE = 0;

  /** {@code CUBLAS_OP_T}. */
  int TRANSPOSE = 1;

  /** {@code CUBLAS_FILL_MODE_LOWER}. */
  int LOWER = 0;

  /** {@code CUBLAS_COMPUTE_32F}: without TF32. */
  int COMPUTE_32F = 68;

  /** {@code CUBLAS_COMPUTE_64F}. */
  int COMPUTE_64F = 70;

  /** {@code CUBLAS_GEMM_DEFAULT}. */
  int DEFAULT_ALGORITHM = -1;

  /** {@code CUBLAS_STATUS_ALLOC_FAILED}. */
  int ALLOCATION_FAILED = 3;

  int cublasCreate_v2(PointerByReference handle);

  int cublasDestroy_v2(Pointer handle);

  int cublasSetStream_v2(Pointer handle, Pointer stream);

  int cublasSsyrk_v2(
      Pointer handle,
      int uplo,
      int trans,
      int n,
      int k,
      Pointer alpha,
      Pointer a,
      int lda,
      Pointer beta,
      Pointer c,
      int ldc);

  int cublasDsyrk_v2(
      Pointer handle,
      int uplo,
      int trans,
      int n,
      int k,
      Pointer alpha,
      Pointer a,
      int lda,
      Pointer beta,
      Pointer c,
      int ldc);

  int cublasGemmStridedBatchedEx(
      Pointer handle,
      int transA,
      int transB,
      int m,
      int n,
      int k,
      Pointer alpha,
      Pointer a,
      int typeA,
      int lda,
      long strideA,
      Pointer b,
      int typeB,
      int ldb,
      long strideB,
      Pointer beta,
      Pointer c,
      int typeC,
      int ldc,
      long strideC,
      int batchCount,
      int computeType,
      int algorithm);
}
