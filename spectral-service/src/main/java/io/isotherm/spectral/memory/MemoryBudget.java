package io.isotherm.spectral.memory;

import io.isotherm.checks.Checks;
import java.util.Optional;

/** The one budget of all layers, for documents and for solvers. For one thread at a time. */
public final class MemoryBudget {

  private final long nativeBytes;
  private final long heapBytes;
  private long usedNativeBytes;
  private long usedHeapBytes;

  /**
   * A budget of which nothing is used.
   *
   * @param nativeBytes outside the heap
   * @param heapBytes of the heap
   */
  public MemoryBudget(long nativeBytes, long heapBytes) {
    this.nativeBytes = Checks.requirePositive("memory of layers", nativeBytes);
    this.heapBytes = Checks.requirePositive("heap of layers", heapBytes);
  }

  /** What setting keeps such a layer out for ever, in one line; empty if none does. */
  public Optional<String> refusal(MemoryNeed need) {
    if (need.nativeBytes() > nativeBytes) {
      return Optional.of(
          "needs %d bytes of memory, and isotherm.spectral.memory is %d: set it to at least %dM"
              .formatted(need.nativeBytes(), nativeBytes, mebibytes(need.nativeBytes())));
    }
    if (need.heapBytes() > heapBytes) {
      return Optional.of(
          "needs %d bytes of heap, and layers have %d: start the service with at least -Xmx%dm"
              .formatted(need.heapBytes(), heapBytes, mebibytes(2 * need.heapBytes())));
    }
    return Optional.empty();
  }

  /** Takes what a layer needs, if it is there. */
  public boolean tryTake(MemoryNeed need) {
    if (missingBytes(need) > 0 || usedHeapBytes + need.heapBytes() > heapBytes) {
      return false;
    }
    usedNativeBytes += need.nativeBytes();
    usedHeapBytes += need.heapBytes();
    return true;
  }

  /** How much has to be given back outside the heap before the layer fits; 0 if nothing. */
  public long missingBytes(MemoryNeed need) {
    return Math.max(0, usedNativeBytes + need.nativeBytes() - nativeBytes);
  }

  /** Gives back what a layer took. */
  public void giveBack(MemoryNeed need) {
    if (need.nativeBytes() > usedNativeBytes || need.heapBytes() > usedHeapBytes) {
      throw new IllegalStateException(
          "%s given back, but only %d and %d bytes are in use"
              .formatted(need, usedNativeBytes, usedHeapBytes));
    }
    usedNativeBytes -= need.nativeBytes();
    usedHeapBytes -= need.heapBytes();
  }

  /** Bytes outside the heap that are in use. */
  public long usedBytes() {
    return usedNativeBytes;
  }

  private static long mebibytes(long bytes) {
    return ((bytes - 1) >> 20) + 1;
  }
}
