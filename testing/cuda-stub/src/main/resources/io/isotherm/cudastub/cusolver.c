/* cuSOLVER: eigenvalues by Householder tridiagonalisation and bisection, slow and safe. */
#include "cudastub.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICE_BYTES = 64, HOST_BYTES = 16 };

cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t *handle) {
  if (stub_planted("cusolverDnCreate")) return CUSOLVER_STATUS_EXECUTION_FAILED;
  *handle = stub_handle(STUB_SOLVER);
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t handle) {
  return stub_free_handle("cusolverDnDestroy", STUB_SOLVER, handle) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_INVALID_VALUE;
}
cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t handle, cudaStream_t stream) {
  return stub_set_stream("cusolverDnSetStream", STUB_SOLVER, handle, stream) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_INVALID_VALUE;
}
cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t *parameters) {
  *parameters = stub_handle(STUB_PARAMETERS);
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t parameters) {
  return stub_free_handle("cusolverDnDestroyParams", STUB_PARAMETERS, parameters) ? CUSOLVER_STATUS_SUCCESS : CUSOLVER_STATUS_INVALID_VALUE;
}

static double get(const void *from, cudaDataType type, int64_t i) {
  return type == CUDA_R_64F ? ((const double *) from)[i] : ((const float *) from)[i];
}
static int compare(const void *x, const void *y) {
  double a = *(const double *) x, b = *(const double *) y;
  return (a > b) - (a < b);
}
/* Makes m, n x n and symmetric, tridiagonal: d on the diagonal, e[1..] beside it. */
static void tridiagonalise(int64_t n, double *m, double *d, double *e, double *v, double *p) {
  for (int64_t k = 0; k + 1 < n; k++) {
    double square = 0;
    for (int64_t i = k + 1; i < n; i++) square += m[i * n + k] * m[i * n + k];
    double norm = sqrt(square), head = m[(k + 1) * n + k], alpha = head > 0 ? -norm : norm;
    e[k + 1] = alpha;
    if (norm == 0) continue;
    double beta = 1 / (square - head * alpha), dot = 0;
    for (int64_t i = k + 1; i < n; i++) v[i] = m[i * n + k];
    v[k + 1] -= alpha;
    for (int64_t i = k + 1; i < n; i++) {
      double sum = 0;
      for (int64_t j = k + 1; j < n; j++) sum += m[i * n + j] * v[j];
      p[i] = beta * sum;
      dot += v[i] * p[i];
    }
    for (int64_t i = k + 1; i < n; i++) p[i] -= beta * dot / 2 * v[i];
    for (int64_t i = k + 1; i < n; i++)
      for (int64_t j = k + 1; j < n; j++) m[i * n + j] -= v[i] * p[j] + p[i] * v[j];
  }
  for (int64_t i = 0; i < n; i++) d[i] = m[i * n + i];
}
/* How many eigenvalues lie below x: Sturm's count. */
static int64_t below(int64_t n, const double *d, const double *e, double x) {
  int64_t count = 0;
  double t = 1;
  for (int64_t i = 0; i < n; i++) {
    t = d[i] - x - (i ? e[i] * e[i] / t : 0);
    if (t == 0) t = -1e-300;
    count += t < 0;
  }
  return count;
}
/* Reads the lower triangle, and destroys it as the real one does. */
static void eigenvalues(cudaDataType type, int64_t n, void *a, int64_t lda, void *w) {
  double *m = malloc(sizeof(double) * (n * n + 5 * n + 1)), *d = m + n * n, *e = d + n, *v = e + n + 1, *p = v + n, *r = p + n;
  size_t size = type == CUDA_R_64F ? 8 : 4;
  e[0] = 0;
  for (int64_t j = 0; j < n; j++) {
    for (int64_t i = j; i < n; i++) m[i * n + j] = m[j * n + i] = get(a, type, i + j * lda);
    memset((char *) a + (j + j * lda) * size, 0xff, (n - j) * size);
  }
  tridiagonalise(n, m, d, e, v, p);
  double low = 0, high = 0;
  for (int64_t i = 0; i < n; i++) {
    double radius = fabs(e[i]) + (i + 1 < n ? fabs(e[i + 1]) : 0);
    low = fmin(low, d[i] - radius);
    high = fmax(high, d[i] + radius);
  }
  for (int64_t k = 0; k < n; k++) {
    double from = low, to = high;
    for (int step = 0; step < 90 && to > from; step++) {
      double middle = (from + to) / 2;
      if (below(n, d, e, middle) > k) to = middle;
      else from = middle;
    }
    r[k] = (from + to) / 2;
  }
  qsort(r, n, sizeof(double), compare);
  for (int64_t k = 0; k < n; k++) {
    if (type == CUDA_R_64F) ((double *) w)[k] = r[k];
    else ((float *) w)[k] = (float) r[k];
  }
  free(m);
}

static int fits(const char *call, cusolverDnHandle_t handle, cusolverDnParams_t parameters, cusolverEigMode_t mode,
    cublasFillMode_t uplo, int64_t n, cudaDataType type_a, int64_t lda, cudaDataType type_w, cudaDataType type_c) {
  return stub_begins(call, STUB_SOLVER, handle) && stub_is_handle(call, STUB_PARAMETERS, parameters)
      && ((mode == CUSOLVER_EIG_MODE_NOVECTOR && uplo == CUBLAS_FILL_MODE_LOWER && n > 0 && lda >= n)
          || stub_refuse(call, "mode %d uplo %d n %ld lda %ld", (int) mode, (int) uplo, (long) n, (long) lda))
      && (((type_a == CUDA_R_32F || type_a == CUDA_R_64F) && type_w == type_a && type_c == type_a)
          || stub_refuse(call, "types %d %d %d", (int) type_a, (int) type_w, (int) type_c));
}

cusolverStatus_t cusolverDnXsyevd_bufferSize(cusolverDnHandle_t handle, cusolverDnParams_t parameters, cusolverEigMode_t mode,
    cublasFillMode_t uplo, int64_t n, cudaDataType type_a, const void *a, int64_t lda, cudaDataType type_w, const void *w,
    cudaDataType type_c, size_t *device_bytes, size_t *host_bytes) {
  const char *call = "cusolverDnXsyevd_bufferSize";
  if (stub_planted(call)) return CUSOLVER_STATUS_EXECUTION_FAILED;
  if (!fits(call, handle, parameters, mode, uplo, n, type_a, lda, type_w, type_c) || !stub_on_device(call, "A", a, 1)
      || !stub_on_device(call, "W", w, 1))
    return CUSOLVER_STATUS_INVALID_VALUE;
  *device_bytes = DEVICE_BYTES * n;
  *host_bytes = HOST_BYTES * n;
  return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXsyevd(cusolverDnHandle_t handle, cusolverDnParams_t parameters, cusolverEigMode_t mode,
    cublasFillMode_t uplo, int64_t n, cudaDataType type_a, void *a, int64_t lda, cudaDataType type_w, void *w, cudaDataType type_c,
    void *device, size_t device_bytes, void *host, size_t host_bytes, int *info) {
  const char *call = "cusolverDnXsyevd";
  if (stub_planted(call)) return CUSOLVER_STATUS_EXECUTION_FAILED;
  size_t size = type_a == CUDA_R_64F ? 8 : 4;
  int right = fits(call, handle, parameters, mode, uplo, n, type_a, lda, type_w, type_c)
      && stub_on_device(call, "A", a, ((n - 1) * lda + n) * size) && stub_on_device(call, "W", w, n * size)
      && stub_on_device(call, "info", info, sizeof(int)) && stub_on_device(call, "work", device, device_bytes)
      && stub_on_host(call, "work", host, host_bytes)
      && ((device_bytes >= (size_t) (DEVICE_BYTES * n) && host_bytes >= (size_t) (HOST_BYTES * n))
          || stub_refuse(call, "only %zu and %zu bytes to work in", device_bytes, host_bytes));
  if (!right) return CUSOLVER_STATUS_INVALID_VALUE;
  memset(device, 0xff, device_bytes);
  memset(host, 0xff, host_bytes);
  eigenvalues(type_a, n, a, lda, w);
  *info = 0;
  return CUSOLVER_STATUS_SUCCESS;
}
