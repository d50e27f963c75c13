package io.isotherm.solvers.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.function.ToIntFunction;

/**
 * A stream of work on one device, with handles of cuBLAS and cuSOLVER that put their work there.
 * Serves one solver; several streams on a device run side by side.
 */
final class CudaStream implements AutoCloseable {

  private final CudaLibraries cuda;
  private final CudaDevice device;
  private final CudaCalls calls;
  private final Memory factors = new Memory(2 * Double.BYTES);
  private Pointer stream;
  private Pointer blas;
  private Pointer solver;
  private Pointer parameters;
  private Pointer anyAddress;

  /** A stream on a device, to which the thread is switched. */
  CudaStream(CudaLibraries cuda, CudaDevice device) {
    this.cuda = cuda;
    this.device = device;
    this.calls = new CudaCalls(cuda.runtime(), device);
    use();
    try {
      stream =
          create(
              "cudaStreamCreateWithFlags",
              p -> cuda.runtime().cudaStreamCreateWithFlags(p, CudaRuntime.NON_BLOCKING));
      blas = createBlas();
      solver = createSolver(cuda.cusolver()::cusolverDnCreate, "cusolverDnCreate");
      parameters = createSolver(cuda.cusolver()::cusolverDnCreateParams, "cusolverDnCreateParams");
      anyAddress = create("cudaMalloc", p -> cuda.runtime().cudaMalloc(p, 1));
      calls.checkCublas("cublasSetStream", cuda.cublas().cublasSetStream_v2(blas, stream));
      calls.checkCusolver(
          "cusolverDnSetStream", cuda.cusolver().cusolverDnSetStream(solver, stream));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Pointer create(String call, ToIntFunction<PointerByReference> creation) {
    PointerByReference reference = new PointerByReference();
    calls.check(call, creation.applyAsInt(reference));
    return reference.getValue();
  }

  private Pointer createBlas() {
    PointerByReference reference = new PointerByReference();
    calls.checkCublas("cublasCreate", cuda.cublas().cublasCreate_v2(reference));
    return reference.getValue();
  }

  private Pointer createSolver(ToIntFunction<PointerByReference> creation, String call) {
    PointerByReference reference = new PointerByReference();
    calls.checkCusolver(call, creation.applyAsInt(reference));
    return reference.getValue();
  }

  /** Switches the calling thread to this device: CUDA remembers one for each thread. */
  void use() {
    calls.check("cudaSetDevice", cuda.runtime().cudaSetDevice(device.number()));
  }

  CudaLibraries cuda() {
    return cuda;
  }

  CudaRuntime runtime() {
    return cuda.runtime();
  }

  CudaDevice device() {
    return device;
  }

  CudaCalls calls() {
    return calls;
  }

  /** The handle of cuBLAS. */
  Pointer blas() {
    return blas;
  }

  /** The handle of cuSOLVER. */
  Pointer solver() {
    return solver;
  }

  /** What cuSOLVER's newer routines are given besides; all as by default. */
  Pointer parameters() {
    return parameters;
  }

  /** An address on the device, for calls that want one and do not use it. */
  Pointer anyAddress() {
    return anyAddress;
  }

  /** As kernels are launched into it. */
  Pointer stream() {
    return stream;
  }

  /** A number on the host for cuBLAS, which reads it within the call. */
  Pointer first(Real real, double factor) {
    return factor(0, real, factor);
  }

  /** Another one, for calls that take two. */
  Pointer second(Real real, double factor) {
    return factor(Double.BYTES, real, factor);
  }

  private Pointer factor(long offset, Real real, double factor) {
    if (real == Real.SINGLE) {
      factors.setFloat(offset, (float) factor);
    } else {
      factors.setDouble(offset, factor);
    }
    return factors.share(offset);
  }

  /** Puts a copy into the stream, which pinned memory must outlive. */
  void copy(Pointer to, Pointer from, long bytes, int kind) {
    calls.check("cudaMemcpyAsync", runtime().cudaMemcpyAsync(to, from, bytes, kind, stream));
  }

  /** Sets bytes of the device's memory to 0. */
  void clear(Pointer address, long bytes) {
    calls.check("cudaMemsetAsync", runtime().cudaMemsetAsync(address, 0, bytes, stream));
  }

  /** Memory of the host that copies of this stream can use; nothing yet. */
  PinnedMemory pinnedMemory() {
    return new PinnedMemory(runtime(), calls);
  }

  /** An event that can be put into the stream. */
  Pointer createEvent() {
    return create(
        "cudaEventCreateWithFlags",
        p -> runtime().cudaEventCreateWithFlags(p, CudaRuntime.NO_TIMING));
  }

  /** Puts an event into the stream: it happens when all before it is done. */
  void record(Pointer event) {
    calls.check("cudaEventRecord", runtime().cudaEventRecord(event, stream));
  }

  /** Waits until an event has happened that was put into the stream; no time if none was. */
  void await(Pointer event) {
    calls.check("cudaEventSynchronize", runtime().cudaEventSynchronize(event));
  }

  /** Waits until everything is done. */
  void await() {
    calls.check("cudaStreamSynchronize", runtime().cudaStreamSynchronize(stream));
  }

  /** Waits after a failure: nothing of this stream may be at work when its memory is given back. */
  void drain() {
    int ignored = runtime().cudaStreamSynchronize(stream);
  }

  /** Gives everything back; a lost device does not take it, and the process ends anyway. */
  @Override
  public void close() {
    int ignored = cuda.runtime().cudaSetDevice(device.number());
    if (parameters != null) {
      ignored = cuda.cusolver().cusolverDnDestroyParams(parameters);
    }
    if (solver != null) {
      ignored = cuda.cusolver().cusolverDnDestroy(solver);
    }
    if (blas != null) {
      ignored = cuda.cublas().cublasDestroy_v2(blas);
    }
    if (anyAddress != null) {
      ignored = cuda.runtime().cudaFree(anyAddress);
    }
    if (stream != null) {
      ignored = cuda.runtime().cudaStreamDestroy(stream);
    }
    anyAddress = null;
    parameters = null;
    solver = null;
    blas = null;
    stream = null;
    factors.close();
  }
}
