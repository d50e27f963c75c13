package io.isotherm.solvers.memory;

import com.sun.management.OperatingSystemMXBean;
import io.isotherm.checks.Checks;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** The one budget of all layers, for documents and for solvers. For one thread at a time. */
public final class MemoryBudget {

  /** Of which a worker may keep a sixth between layers; one layer of a small network fits. */
  private static final long NATIVE_BYTES_PER_WORKER = 192 << 20;

  /** As much as a worker may keep between layers. */
  private static final long HEAP_BYTES_PER_WORKER = 32 << 20;

  /** What a head of 128,256 x 4,096 in 16 bits needs, with room to spare. */
  private static final long LARGE_LAYER_BYTES = 3L << 29;

  private final long nativeBytes;
  private final long heapBytes;
  private final String setting;
  private long usedNativeBytes;
  private long usedHeapBytes;

  /**
   * A budget of which nothing is used.
   *
   * @param nativeBytes outside the heap
   * @param heapBytes of the heap
   * @param setting that {@code nativeBytes} comes from, for who needs more
   */
  public MemoryBudget(long nativeBytes, long heapBytes, String setting) {
    this.nativeBytes = Checks.requirePositive("memory of layers", nativeBytes);
    this.heapBytes = Checks.requirePositive("heap of layers", heapBytes);
    this.setting = Checks.requireText("setting of the memory of layers", setting);
  }

  /**
   * A budget with as much of the heap as layers may have: half of it, the rest is for what comes
   * and goes with them.
   *
   * @param nativeBytes outside the heap
   * @param setting that {@code nativeBytes} comes from
   */
  public static MemoryBudget ofThisProcess(long nativeBytes, String setting) {
    return new MemoryBudget(nativeBytes, Runtime.getRuntime().maxMemory() / 2, setting);
  }

  /**
   * What layers may take where nobody says: a quarter of what the machine or the container has; on
   * a small one as much as a large layer of a language model needs, if that is at most half.
   */
  public static long usualBytes() {
    return usualBytes(
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
  }

  /**
   * The same for another machine or container.
   *
   * @param machineBytes all that it has
   */
  public static long usualBytes(long machineBytes) {
    return Math.max(machineBytes / 4, Math.min(machineBytes / 2, LARGE_LAYER_BYTES));
  }

  /** What setting keeps such a layer out for ever, in one line; empty if none does. */
  public Optional<String> refusal(MemoryNeed need) {
    if (need.nativeBytes() > nativeBytes) {
      return Optional.of(
          "needs %d bytes of memory, and %s is %d: set it to at least %dM"
              .formatted(need.nativeBytes(), setting, nativeBytes, mebibytes(need.nativeBytes())));
    }
    if (need.heapBytes() > heapBytes) {
      return Optional.of(
          "needs %d bytes of heap, and layers have %d: start Java with at least -Xmx%dm"
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

  /**
   * How many workers, at most, such a budget keeps busy: what each holds between layers is not in
   * it, and shall stay small beside it.
   *
   * @param threads that the machine has
   */
  public int workers(int threads) {
    long byMemory =
        Math.min(nativeBytes / NATIVE_BYTES_PER_WORKER, heapBytes / HEAP_BYTES_PER_WORKER);
    return (int) Math.max(1, Math.min(threads, byMemory));
  }

  private static long mebibytes(long bytes) {
    return ((bytes - 1) >> 20) + 1;
  }
}
