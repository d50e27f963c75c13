package io.isotherm.checkpoints.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

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

  /**
   * Whether what is computed has the eigenvalues of the weight that are not 0, and is otherwise
   * another matrix.
   */
  default boolean hasOnlyTheSpectrum() {
    return false;
  }

  /**
   * Computes only elements that lie behind each other; empty if that cannot be done without the
   * others.
   *
   * @param first 0-based
   * @param count how many
   */
  default Optional<Formula> part(long first, long count) {
    return Optional.empty();
  }

  /** Most bytes of the heap that are taken meanwhile. */
  long heapBytes();
}
