/* cuBLAS: products, with plain loops. */
#include "cudastub.h"

cublasStatus_t cublasCreate_v2(cublasHandle_t *handle) {
  if (stub_planted("cublasCreate")) return CUBLAS_STATUS_EXECUTION_FAILED;
  *handle = stub_handle(STUB_BLAS);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
  return stub_free_handle("cublasDestroy", STUB_BLAS, handle) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}
cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
  return stub_set_stream("cublasSetStream", STUB_BLAS, handle, stream) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

static size_t size_of(cudaDataType type) { return type == CUDA_R_64F ? 8 : 4; }

static double get(const void *from, cudaDataType type, int64_t i) {
  return type == CUDA_R_64F ? ((const double *) from)[i] : ((const float *) from)[i];
}
static void put(void *to, cudaDataType type, int64_t i, double value) {
  if (type == CUDA_R_64F) ((double *) to)[i] = value;
  else ((float *) to)[i] = (float) value;
}
static int factors(const char *call, cudaDataType type, const void *alpha, const void *beta) {
  return stub_on_host(call, "alpha", alpha, size_of(type)) && stub_on_host(call, "beta", beta, size_of(type))
      && (get(beta, type, 0) == 0 || get(beta, type, 0) == 1 || stub_refuse(call, "beta %g", get(beta, type, 0)));
}

/* C = alpha A Aᵀ + beta C, or Aᵀ A, column-major; the lower triangle or all of it. */
static void gram(cudaDataType type, double alpha, int transposed, int n, int k, const void *a, int lda, double beta, void *c,
    int ldc, int full) {
  int rounds = type == CUDA_R_32F && stub_rounds_sums();
  for (int64_t j = 0; j < n; j++)
    for (int64_t i = full ? 0 : j; i < n; i++) {
      double sum = 0;
      for (int64_t l = 0; l < k; l++) {
        sum += transposed ? get(a, type, l + i * lda) * get(a, type, l + j * lda)
                          : get(a, type, i + l * lda) * get(a, type, j + l * lda);
        if (rounds) sum = (float) sum;
      }
      put(c, type, i + j * ldc, alpha * sum + (beta == 0 ? 0 : beta * get(c, type, i + j * ldc)));
    }
}
/* Bytes from the first to the last element of a matrix with so many rows and columns in memory. */
static size_t span(int rows, int columns, int ld, cudaDataType type) {
  return ((size_t) ld * (columns - 1) + rows) * size_of(type);
}

static cublasStatus_t syrk(const char *call, cudaDataType type, cublasHandle_t handle, cublasFillMode_t uplo,
    cublasOperation_t trans, int n, int k, const void *alpha, const void *a, int lda, const void *beta, void *c, int ldc) {
  if (stub_planted(call)) return CUBLAS_STATUS_EXECUTION_FAILED;
  int transposed = trans == CUBLAS_OP_T;
  int rows = transposed ? k : n, columns = transposed ? n : k;
  int right = stub_begins(call, STUB_BLAS, handle) && factors(call, type, alpha, beta)
      && ((uplo == CUBLAS_FILL_MODE_LOWER && trans <= CUBLAS_OP_T && n > 0 && k > 0 && lda >= rows && ldc >= n)
          || stub_refuse(call, "uplo %d trans %d n %d k %d lda %d ldc %d", (int) uplo, (int) trans, n, k, lda, ldc))
      && stub_on_device(call, "A", a, span(rows, columns, lda, type)) && stub_on_device(call, "C", c, span(n, n, ldc, type));
  if (!right) return CUBLAS_STATUS_INVALID_VALUE;
  gram(type, get(alpha, type, 0), transposed, n, k, a, lda, get(beta, type, 0), c, ldc, 0);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSsyrk_v2(cublasHandle_t handle, cublasFillMode_t uplo, cublasOperation_t trans, int n, int k,
    const float *alpha, const float *a, int lda, const float *beta, float *c, int ldc) {
  return syrk("cublasSsyrk", CUDA_R_32F, handle, uplo, trans, n, k, alpha, a, lda, beta, c, ldc);
}
cublasStatus_t cublasDsyrk_v2(cublasHandle_t handle, cublasFillMode_t uplo, cublasOperation_t trans, int n, int k,
    const double *alpha, const double *a, int lda, const double *beta, double *c, int ldc) {
  return syrk("cublasDsyrk", CUDA_R_64F, handle, uplo, trans, n, k, alpha, a, lda, beta, c, ldc);
}

/* As it is called for: every A with itself. */
cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t handle, cublasOperation_t trans_a, cublasOperation_t trans_b, int m,
    int n, int k, const void *alpha, const void *a, cudaDataType type_a, int lda, long long stride_a, const void *b,
    cudaDataType type_b, int ldb, long long stride_b, const void *beta, void *c, cudaDataType type_c, int ldc,
    long long stride_c, int count, cublasComputeType_t compute, cublasGemmAlgo_t algorithm) {
  const char *call = "cublasGemmStridedBatchedEx";
  if (stub_planted(call)) return CUBLAS_STATUS_EXECUTION_FAILED;
  int transposed = trans_a == CUBLAS_OP_T;
  int rows = transposed ? k : m, columns = transposed ? m : k;
  int right = stub_begins(call, STUB_BLAS, handle)
      && (((type_a == CUDA_R_32F && compute == CUBLAS_COMPUTE_32F) || (type_a == CUDA_R_64F && compute == CUBLAS_COMPUTE_64F))
          || stub_refuse(call, "type %d compute %d", (int) type_a, (int) compute))
      && factors(call, type_a, alpha, beta)
      && ((a == b && trans_a != trans_b && trans_a <= CUBLAS_OP_T && trans_b <= CUBLAS_OP_T && m == n && type_b == type_a
              && type_c == type_a && lda == ldb && stride_a == stride_b && algorithm == CUBLAS_GEMM_DEFAULT)
          || stub_refuse(call, "not A with itself"))
      && ((m > 0 && k > 0 && count > 0 && lda >= rows && ldc >= m && stride_a >= (long long) lda * columns
              && stride_c >= (long long) ldc * n)
          || stub_refuse(call, "m %d k %d count %d lda %d ldc %d strides %lld %lld", m, k, count, lda, ldc, stride_a, stride_c))
      && stub_on_device(call, "A", a, (count - 1) * stride_a * size_of(type_a) + span(rows, columns, lda, type_a))
      && stub_on_device(call, "C", c, (count - 1) * stride_c * size_of(type_c) + span(m, n, ldc, type_c));
  if (!right) return CUBLAS_STATUS_INVALID_VALUE;
  size_t size = size_of(type_a);
  for (int64_t i = 0; i < count; i++)
    gram(type_a, get(alpha, type_a, 0), transposed, n, k, (const char *) a + i * stride_a * size, lda,
        get(beta, type_a, 0), (char *) c + i * stride_c * size, ldc, 1);
  return CUBLAS_STATUS_SUCCESS;
}
