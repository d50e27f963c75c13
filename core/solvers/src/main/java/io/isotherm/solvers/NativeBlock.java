package io.isotherm.solvers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/**
 * A block of memory outside the heap that is given back when it is closed, and not when a garbage
 * collector happens to run.
 */
public final class NativeBlock implements AutoCloseable {

  static {
    unbound("org.bytedeco.javacpp.maxbytes");
    unbound("org.bytedeco.javacpp.maxphysicalbytes");
  }

  private final BytePointer memory;
  private final long bytes;

  private NativeBlock(BytePointer memory, long bytes) {
    this.memory = memory;
    this.bytes = bytes;
  }

  /**
   * A block of unknown content.
   *
   * @param bytes more than 0 and less than 2^31
   * @throws OutOfMemoryError if the system does not give that much
   */
  public static NativeBlock of(int bytes) {
    return new NativeBlock(allocate(bytes), bytes);
  }

  /**
   * JavaCPP's pointer to a new block.
   *
   * @throws OutOfMemoryError if the system does not give that much
   */
  static BytePointer allocate(long bytes) {
    return new BytePointer(bytes);
  }

  /**
   * Has JavaCPP leave bounds to its callers, if it is called before a class of JavaCPP's is loaded.
   * Its own ones are those of the heap, which this memory has nothing to do with. What a user has
   * set counts.
   */
  static void liftBounds() {
    // The static initialiser does it, once.
  }

  /** The block, little-endian. Must not be touched once it is closed. */
  public ByteBuffer buffer() {
    return memory.asBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** How large it is. */
  public long bytes() {
    return bytes;
  }

  /** Gives it back; does nothing the second time. */
  @Override
  public void close() {
    memory.close();
  }

  private static void unbound(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, "0");
    }
  }
}
