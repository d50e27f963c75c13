package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.isotherm.spectra.SolverException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory of one device, shared by the solvers of this process. A call takes one block for all
 * that it needs and gives it back at its end. Blocks that are given back are kept for the next
 * call, since to allocate and free on a device stops all of its streams. Where a block does not fit
 * beside those of other calls, the caller waits for them.
 */
final class DeviceMemory {

  /** Sizes are rounded up to that, so that blocks serve similar layers. */
  private static final long GRANULE = 2 << 20;

  private final CudaRuntime runtime;
  private final CudaCalls calls;
  private final CudaDevice device;

  /** Blocks that nobody uses, by size and address. */
  private final TreeMap<Key, Block> idle = new TreeMap<>();

  private final ReentrantLock turns = new ReentrantLock(true);
  private long idleBytes;
  private int inUse;

  DeviceMemory(CudaRuntime runtime, CudaDevice device) {
    this.runtime = runtime;
    this.calls = new CudaCalls(runtime, device);
    this.device = device;
  }

  private record Key(long bytes, long address) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return bytes != other.bytes
          ? Long.compare(bytes, other.bytes)
          : Long.compareUnsigned(address, other.address);
    }
  }

  /** A piece of the device's memory; closing it lets others have it. */
  final class Block implements AutoCloseable {
    private final Key key;

    private Block(Key key) {
      this.key = key;
    }

    Pointer address() {
      return new Pointer(key.address());
    }

    @Override
    public void close() {
      giveBack(this);
    }
  }

  /**
   * A block of at least {@code bytes}, of unknown content. The thread must use this device.
   *
   * @param purpose who needs it, for the message
   * @throws SolverException if it does not fit though no other call holds anything
   */
  Block take(long bytes, String purpose) {
    // One at a time, in the order of asking: or small layers could keep a large one waiting
    // forever.
    turns.lock();
    try {
      return takeOrWait(Math.max(1, (bytes - 1) / GRANULE + 1) * GRANULE, purpose);
    } finally {
      turns.unlock();
    }
  }

  private synchronized Block takeOrWait(long bytes, String purpose) {
    Block block = takeIfThere(bytes);
    while (block == null) {
      if (inUse == 0) {
        throw new SolverException(
            "%s needs %d bytes of %s, %s"
                .formatted(purpose, bytes, device, CudaCalls.freeOf(runtime)));
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SolverException("interrupted while waiting for memory of " + device, e);
      }
      block = takeIfThere(bytes);
    }
    inUse++;
    return block;
  }

  private Block takeIfThere(long bytes) {
    Map.Entry<Key, Block> fitting = idle.ceilingEntry(new Key(bytes, 0));
    if (fitting != null && fitting.getKey().bytes() <= 2 * bytes) {
      idle.remove(fitting.getKey());
      idleBytes -= fitting.getKey().bytes();
      return fitting.getValue();
    }
    Block block = allocate(bytes);
    if (block == null && !idle.isEmpty()) {
      free(0);
      block = allocate(bytes);
    }
    return block;
  }

  private Block allocate(long bytes) {
    PointerByReference reference = new PointerByReference();
    int error = runtime.cudaMalloc(reference, bytes);
    if (error == CudaRuntime.OUT_OF_MEMORY) {
      // Taken back, so that the next call is not told of it.
      runtime.cudaGetLastError();
      return null;
    }
    calls.check("cudaMalloc", error);
    return new Block(new Key(bytes, Pointer.nativeValue(reference.getValue())));
  }

  private synchronized void giveBack(Block block) {
    inUse--;
    idle.put(block.key, block);
    idleBytes += block.key.bytes();
    notifyAll();
  }

  /** Frees idle blocks, the largest first, until no more than {@code most} bytes are kept. */
  synchronized void free(long most) {
    while (idleBytes > most) {
      Map.Entry<Key, Block> largest = idle.pollLastEntry();
      idleBytes -= largest.getKey().bytes();
      // A lost device does not take it back; there is nothing to be done about that.
      int ignored = runtime.cudaFree(largest.getValue().address());
    }
  }
}
