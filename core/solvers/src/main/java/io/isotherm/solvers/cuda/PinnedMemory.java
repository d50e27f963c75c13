package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A block of the host's memory that the device reads and writes by itself. It grows, and is reused
 * from call to call: to pin memory takes longer than to fill it.
 */
final class PinnedMemory implements AutoCloseable {

  private static final long LEAST_BYTES = 4096;

  private final CudaRuntime runtime;
  private final CudaCalls calls;
  private Pointer address;
  private long bytes;

  PinnedMemory(CudaRuntime runtime, CudaCalls calls) {
    this.runtime = runtime;
    this.calls = calls;
  }

  /** Makes it at least so large; what was there before is lost if it has to grow. */
  Pointer reserve(long wanted) {
    if (address == null || wanted > bytes) {
      close();
      long size = Math.max(LEAST_BYTES, Long.highestOneBit(Math.max(1, wanted - 1)) << 1);
      PointerByReference reference = new PointerByReference();
      calls.check("cudaHostAlloc", runtime.cudaHostAlloc(reference, size, 0));
      address = reference.getValue();
      bytes = size;
    }
    return address;
  }

  /** Its first bytes, in the order of this machine. */
  ByteBuffer buffer(long length) {
    return address.getByteBuffer(0, length).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    if (address != null) {
      int ignored = runtime.cudaFreeHost(address);
      address = null;
      bytes = 0;
    }
  }
}
