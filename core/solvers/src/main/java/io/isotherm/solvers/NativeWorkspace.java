package io.isotherm.solvers;

import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.util.function.LongFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * One block of native memory, reused from call to call and never larger than a bound. It grows to
 * the largest request so far and is given back on {@link #close()}, not when a garbage collector
 * happens to run.
 */
final class NativeWorkspace implements AutoCloseable {

  private final long maxBytes;
  private final LongFunction<BytePointer> memory;
  private BytePointer block = new BytePointer();
  private long allocations;

  NativeWorkspace(long maxBytes) {
    this(maxBytes, NativeBlock::allocate);
  }

  /**
   * An empty workspace.
   *
   * @param memory gives blocks of a number of bytes, or throws an {@link OutOfMemoryError}
   */
  NativeWorkspace(long maxBytes, LongFunction<BytePointer> memory) {
    this.maxBytes = maxBytes;
    this.memory = memory;
  }

  /**
   * Refuses matrices whose Gram matrix would not fit a buffer.
   *
   * @param elementBytes what each element takes
   * @throws SolverException if it has too many elements
   */
  static void requireFitsBuffer(WeightMatrices matrices, int elementBytes) {
    int most = (int) Math.sqrt(Integer.MAX_VALUE / elementBytes);
    if (matrices.order() > most) {
      throw new SolverException(
          "the shorter side of a matrix must have at most %d elements, got: %d x %d"
              .formatted(most, matrices.rows(), matrices.columns()));
    }
  }

  /**
   * Makes room for a number of bytes; what was there before may be lost.
   *
   * @param heapBytes what the caller keeps on the heap besides, which counts for the bound
   * @throws SolverException if both together are more than the bound, or the system does not give
   *     that much; the workspace is empty then, and can be used again
   */
  void reserve(long bytes, long heapBytes) {
    if (bytes > maxBytes - heapBytes) {
      throw new SolverException(
          "workspace must not exceed %d bytes, needed: %d"
              .formatted(maxBytes, Math.addExact(bytes, heapBytes)));
    }
    if (bytes > block.capacity()) {
      // The old block first: both together could exceed the bound.
      close();
      block = allocate(bytes);
      allocations++;
    }
  }

  private BytePointer allocate(long bytes) {
    try {
      return memory.apply(bytes);
    } catch (OutOfMemoryError e) {
      throw new SolverException(
          "%d bytes of native memory for a workspace were not given: %s"
              .formatted(bytes, e.getMessage()),
          e);
    }
  }

  /** A view of a part of the block; valid until the next {@link #reserve} or {@link #close}. */
  DoublePointer doubles(long offset, long length) {
    return block.getPointer(DoublePointer.class, offset).capacity(length);
  }

  /** As {@link #doubles}; the offset counts floats. */
  FloatPointer floats(long offset, long length) {
    return block.getPointer(FloatPointer.class, offset).capacity(length);
  }

  /** How often memory was asked for from the operating system. */
  long allocations() {
    return allocations;
  }

  /** Gives the block back if it is larger than {@code bytes}. */
  void trim(long bytes) {
    if (block.capacity() > bytes) {
      close();
    }
  }

  @Override
  public void close() {
    block.close();
    block = new BytePointer();
  }
}
