package io.isotherm.checkpoints.weights;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Computes a weight from the tensors of a checkpoint, each time that it is asked to. */
public interface Formula {

  /**
   * Writes the weight's elements from the start of {@code target}, row-major and little endian.
   *
   * @param target with the bytes of the weight's type and shape; what it holds is overwritten
   * @throws IOException with one line if a file cannot be read any more
   * @throws UnformableException if the stored values do not make a weight
   */
  void form(ByteBuffer target) throws IOException, UnformableException;

  /** Most bytes of the heap that are taken meanwhile. */
  long heapBytes();
}
