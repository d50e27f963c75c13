package io.isotherm.checkpoints;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/** One worker's buffer, used for one tensor after the other. */
final class LayerBuffer {

  private final int largest;
  private final IntFunction<ByteBuffer> memory;
  private ByteBuffer buffer = ByteBuffer.allocate(0);

  /**
   * An empty one.
   *
   * @param largest bytes of the largest tensor that will come
   * @param memory gives buffers of a number of bytes, or throws an {@link OutOfMemoryError}
   */
  LayerBuffer(int largest, IntFunction<ByteBuffer> memory) {
    this.largest = largest;
    this.memory = memory;
  }

  /**
   * The buffer with room for a tensor: at once for the largest one, so that it is made only once,
   * or, where there is no memory for that, for this one.
   *
   * @throws OutOfMemoryError if there is none for this one either; smaller ones may still fit
   */
  ByteBuffer of(int bytes) {
    if (buffer.capacity() < bytes) {
      buffer = allocate(bytes);
    }
    return buffer;
  }

  private ByteBuffer allocate(int bytes) {
    try {
      return memory.apply(largest);
    } catch (OutOfMemoryError e) {
      if (bytes == largest) {
        throw e;
      }
      return memory.apply(bytes);
    }
  }
}
