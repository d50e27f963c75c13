package io.isotherm.solvers.cuda;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * What is used of {@code cuda_runtime_api.h}; a {@code size_t} is a long on the 64-bit systems that
 * CUDA runs on.
 */
interface CudaRuntime extends Library {

  /** {@code cudaMemcpyHostToDevice}. */
  int HOST_TO_DEVICE = 1;

  /** {@code cudaMemcpyDeviceToHost}. */
  int DEVICE_TO_HOST = 2;

  /** {@code cudaStreamNonBlocking}: does not wait for the stream that others use by default. */
  int NON_BLOCKING = 1;

  /** {@code cudaEventDisableTiming}. */
  int NO_TIMING = 2;

  /** {@code cudaErrorMemoryAllocation}. */
  int OUT_OF_MEMORY = 2;

  /** {@code cudaErrorInsufficientDriver}. */
  int INSUFFICIENT_DRIVER = 35;

  /** {@code cudaDevAttrMultiProcessorCount}. */
  int MULTIPROCESSORS = 16;

  /** {@code cudaDevAttrComputeCapabilityMajor}. */
  int MAJOR = 75;

  /** {@code cudaDevAttrComputeCapabilityMinor}. */
  int MINOR = 76;

  /** {@code cudaDevAttrMaxSharedMemoryPerBlockOptin}. */
  int SHARED_BYTES = 97;

  int cudaRuntimeGetVersion(IntByReference version);

  int cudaDriverGetVersion(IntByReference version);

  int cudaGetDeviceCount(IntByReference count);

  int cudaSetDevice(int device);

  /** The structure begins with 256 bytes of the device's name, in all versions. */
  int cudaGetDeviceProperties(Pointer properties, int device);

  int cudaDeviceGetAttribute(IntByReference value, int attribute, int device);

  int cudaMemGetInfo(LongByReference free, LongByReference total);

  int cudaMalloc(PointerByReference memory, long bytes);

  int cudaFree(Pointer memory);

  int cudaHostAlloc(PointerByReference memory, long bytes, int flags);

  int cudaFreeHost(Pointer memory);

  int cudaMemcpyAsync(Pointer to, Pointer from, long bytes, int kind, Pointer stream);

  int cudaMemsetAsync(Pointer memory, int value, long bytes, Pointer stream);

  int cudaStreamCreateWithFlags(PointerByReference stream, int flags);

  int cudaStreamSynchronize(Pointer stream);

  int cudaStreamDestroy(Pointer stream);

  int cudaEventCreateWithFlags(PointerByReference event, int flags);

  int cudaEventRecord(Pointer event, Pointer stream);

  int cudaEventSynchronize(Pointer event);

  int cudaEventDestroy(Pointer event);

  int cudaDeviceSynchronize();

  int cudaGetLastError();

  String cudaGetErrorString(int error);
}
