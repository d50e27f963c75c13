package io.isotherm.contracts.snapshot;

import io.isotherm.checks.Checks;
import java.util.List;

/**
 * Which part of a layer's tensor a document has, where several trainers publish one layer together:
 * a hyper-rectangle, as PyTorch's distributed checkpoints describe shards. Its extent is the shape
 * of the tensor in its document. The layer is there when its shards cover the tensor exactly.
 *
 * @param index 0-based
 * @param count how many shards the layer has at this step, those without elements left out
 * @param globalShape shape of the whole tensor, slowest dimension first
 * @param offsets where in the whole tensor this shard's first element lies
 */
public record Shard(int index, int count, List<Long> globalShape, List<Long> offsets) {

  /** Most shards of a layer. */
  public static final int MAX_COUNT = 4096;

  /** Most dimensions of a tensor. */
  public static final int MAX_RANK = 8;

  /** Checks the numbers against each other; copies the lists. */
  public Shard {
    if (count < 1 || count > MAX_COUNT) {
      throw new IllegalArgumentException(
          "shard count must be from 1 to %d, got: %d".formatted(MAX_COUNT, count));
    }
    if (index < 0 || index >= count) {
      throw new IllegalArgumentException(
          "shard index must be from 0 to %d, got: %d".formatted(count - 1, index));
    }
    globalShape = Checks.requireElements("global shape of shard " + index, globalShape);
    offsets = Checks.requireElements("offsets of shard " + index, offsets);
    if (globalShape.isEmpty() || globalShape.size() > MAX_RANK) {
      throw new IllegalArgumentException(
          "global shape of shard %d must have 1 to %d dimensions, got: %s"
              .formatted(index, MAX_RANK, globalShape));
    }
    if (offsets.size() != globalShape.size()) {
      throw new IllegalArgumentException(
          "offsets of shard %d must be %d for global shape %s, got: %s"
              .formatted(index, globalShape.size(), globalShape, offsets));
    }
    long elements = 1;
    for (int axis = 0; axis < globalShape.size(); axis++) {
      long length = globalShape.get(axis);
      long offset = offsets.get(axis);
      if (offset < 0 || offset >= length) {
        throw new IllegalArgumentException(
            "offsets of shard %d must lie inside global shape %s, got: %s"
                .formatted(index, globalShape, offsets));
      }
      try {
        elements = Math.multiplyExact(elements, length);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "global shape of shard %d overflows, got: %s".formatted(index, globalShape), e);
      }
    }
  }
}
