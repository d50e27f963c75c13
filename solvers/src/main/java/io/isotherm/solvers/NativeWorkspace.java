package io.isotherm.solvers;

import io.isotherm.spectra.SolverException;
import org.bytedeco.javacpp.DoublePointer;

/**
 * One block of native memory, reused from call to call and never larger than a bound. It grows to
 * the largest request so far and is given back on {@link #close()}, not when a garbage collector
 * happens to run.
 */
final class NativeWorkspace implements AutoCloseable {

  private final long maxBytes;
  private DoublePointer block = new DoublePointer();
  private long allocations;

  NativeWorkspace(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Makes room for a number of doubles; what was there before may be lost.
   *
   * @throws SolverException if that is more than the bound
   */
  void reserve(long doubles) {
    if (doubles > maxBytes / Double.BYTES) {
      throw new SolverException(
          "workspace must not exceed %d bytes, needed: %d"
              .formatted(maxBytes, Math.multiplyExact(doubles, (long) Double.BYTES)));
    }
    if (doubles > block.capacity()) {
      // The old block first: both together could exceed the bound.
      block.close();
      block = new DoublePointer(doubles);
      allocations++;
    }
  }

  /** A view of a part of the block; valid until the next {@link #reserve} or {@link #close}. */
  DoublePointer slice(long offset, long length) {
    return block.getPointer(DoublePointer.class, offset).capacity(length);
  }

  /** How often memory was asked for from the operating system. */
  long allocations() {
    return allocations;
  }

  @Override
  public void close() {
    block.close();
    block = new DoublePointer();
  }
}
