/*
 * A stand-in for the few functions of CUDA that Isotherm calls, on a CPU: it tests the calls where
 * there is no GPU. Memory is either the host's or the "device's", every address is looked up with
 * its length, every handle and stream belongs to a device, and what is wrong is refused with a line
 * on standard error. Copies are made late: not before somebody waits for them or computes with
 * them, as a real device would at the worst.
 *
 * Built with -DCUDA_HEADERS, NVIDIA's own headers declare everything, and the compiler compares.
 */
#ifndef CUDASTUB_H
#define CUDASTUB_H

#include <stddef.h>
#include <stdint.h>

#ifdef CUDA_HEADERS
#include <cuda.h>
#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <cusolverDn.h>
#include <nvrtc.h>
#else
typedef unsigned cudaError_t;
typedef unsigned cublasStatus_t, cublasOperation_t, cublasFillMode_t, cublasComputeType_t;
typedef int cublasGemmAlgo_t;
typedef unsigned cusolverStatus_t, cusolverEigMode_t;
typedef unsigned cudaDataType;
enum cudaMemcpyKind { cudaMemcpyHostToHost, cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };
struct cudaDeviceProp { char name[256]; };
enum cudaDeviceAttr { cudaDevAttrMultiProcessorCount = 16 };
typedef struct CUstream_st *cudaStream_t, *CUstream;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef unsigned CUfunction_attribute, CUresult, nvrtcResult;
typedef struct _nvrtcProgram *nvrtcProgram;
typedef struct CUevent_st *cudaEvent_t;
typedef struct cublasContext *cublasHandle_t;
typedef struct cusolverDnContext *cusolverDnHandle_t;
typedef struct cusolverDnParams *cusolverDnParams_t;
enum { cudaSuccess = 0, cudaErrorInvalidValue = 1, cudaErrorMemoryAllocation = 2,
       cudaErrorInvalidDevice = 101, cudaErrorIllegalAddress = 700 };
enum { CUBLAS_STATUS_SUCCESS = 0, CUBLAS_STATUS_INVALID_VALUE = 7, CUBLAS_STATUS_EXECUTION_FAILED = 13 };
enum { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1, CUBLAS_FILL_MODE_LOWER = 0 };
enum { CUBLAS_COMPUTE_32F = 68, CUBLAS_COMPUTE_64F = 70, CUBLAS_GEMM_DEFAULT = -1 };
enum { CUSOLVER_STATUS_SUCCESS = 0, CUSOLVER_STATUS_INVALID_VALUE = 3, CUSOLVER_STATUS_EXECUTION_FAILED = 6,
       CUSOLVER_EIG_MODE_NOVECTOR = 0 };
enum { CUDA_R_32F = 0, CUDA_R_64F = 1 };
#endif

/* The devices are small, so that gangs have to wait for each other. */
enum { STUB_MULTIPROCESSORS = 20 };

/* What the stub's parts ask of the one that stands for the runtime. All return 0 and say why not. */

/* A kind of handle. */
enum { STUB_BLAS, STUB_SOLVER, STUB_PARAMETERS };

/* A handle of the calling thread's device. */
void *stub_handle(int kind);
int stub_free_handle(const char *call, int kind, void *handle);

/* The handle lives, and its stream is one of the calling thread's device. */
int stub_set_stream(const char *call, int kind, void *handle, cudaStream_t stream);

/* The handle lives, is of the calling thread's device and has a stream; its copies are made now. */
int stub_begins(const char *call, int kind, void *handle);
int stub_is_handle(const char *call, int kind, void *handle);

/* The stream lives and is of the calling thread's device; its copies are made now. */
int stub_begins_stream(const char *call, cudaStream_t stream);
/* What a block may have of a multiprocessor's memory. */
int stub_shared_bytes(void);
/* Whether sums in single precision are rounded at each addition, as a device does. */
int stub_rounds_sums(void);
/* The calling thread's device. */
int stub_device(void);

/* So many bytes from there on belong to a live block of the calling thread's device. */
int stub_on_device(const char *call, const char *what, const void *address, size_t bytes);

/* Likewise of the host: neither null nor the device's. */
int stub_on_host(const char *call, const char *what, const void *address, size_t bytes);

/* Says what is wrong with a call, and returns 0. */
int stub_refuse(const char *call, const char *why, ...) __attribute__((format(printf, 2, 3)));

/* The error that is planted on a call, or that stays on the device since; 0 if there is none. */
int stub_planted(const char *call);

#endif
