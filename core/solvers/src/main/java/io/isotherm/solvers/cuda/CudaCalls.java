package io.isotherm.solvers.cuda;

import com.sun.jna.ptr.LongByReference;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.SolverLostException;

/** Reads the status of every call, and tells a failed call from a lost device. */
final class CudaCalls {

  private final CudaRuntime runtime;
  private final CudaDevice device;

  CudaCalls(CudaRuntime runtime, CudaDevice device) {
    this.runtime = runtime;
    this.device = device;
  }

  /**
   * Passes if a call of the runtime went well.
   *
   * @throws SolverException if it did not
   * @throws SolverLostException if nothing on this device will in this process
   */
  void check(String call, int error) {
    if (error != 0) {
      throw failure(call, "error %d, %s".formatted(error, runtime.cudaGetErrorString(error)));
    }
  }

  /** As {@link #check}, for a call of cuBLAS. */
  void checkCublas(String call, int status) {
    if (status == Cublas.ALLOCATION_FAILED) {
      throw outOfMemory(call);
    }
    if (status != 0) {
      throw failure(call, "cuBLAS status " + status);
    }
  }

  /** As {@link #check}, for a call of cuSOLVER. */
  void checkCusolver(String call, int status) {
    if (status == Cusolver.ALLOCATION_FAILED) {
      throw outOfMemory(call);
    }
    if (status != 0) {
      throw failure(call, "cuSOLVER status " + status);
    }
  }

  private SolverException outOfMemory(String call) {
    // What ran out is no longer looked at: the next call must not be told of it.
    runtime.cudaGetLastError();
    return new SolverException(
        "%s has not enough memory for %s itself, %s".formatted(device, call, freeOf(runtime)));
  }

  /** What a device has left, in words; for a thread that uses that device. */
  static String freeOf(CudaRuntime runtime) {
    LongByReference free = new LongByReference();
    LongByReference total = new LongByReference();
    return runtime.cudaMemGetInfo(free, total) == 0
        ? "%d of %d bytes are free".formatted(free.getValue(), total.getValue())
        : "how much is free it does not say";
  }

  /**
   * Some errors are of one call. Others, such as an illegal access or a failed launch, stay: every
   * later call of this process gives them, too.
   */
  private RuntimeException failure(String call, String what) {
    runtime.cudaGetLastError();
    int after = runtime.cudaDeviceSynchronize();
    if (after == 0) {
      return new SolverException("%s on %s gave %s".formatted(call, device, what));
    }
    return new SolverLostException(
        "%s is lost to this process: %s gave %s, and it stays at error %d, %s"
            .formatted(device, call, what, after, runtime.cudaGetErrorString(after)));
  }
}
