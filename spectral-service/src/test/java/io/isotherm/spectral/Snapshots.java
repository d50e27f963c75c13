package io.isotherm.spectral;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotChunker;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** Weights for tests. */
public final class Snapshots {

  private Snapshots() {}

  /** Normal weights in single precision. */
  public static SafeTensor normal(String layer, long seed, Long... shape) {
    List<Long> dimensions = List.of(shape);
    int count = (int) dimensions.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      data.putFloat((float) (0.05 * random.nextGaussian()));
    }
    return new SafeTensor(layer, DType.F32, dimensions, Map.of(), data.flip());
  }

  /** The chunks that carry a tensor, with the estimator named. */
  public static List<SnapshotChunk> chunks(SnapshotId id, SafeTensor tensor) {
    return chunks(id, SafeTensors.write(tensor));
  }

  /** The chunks of any document. */
  public static List<SnapshotChunk> chunks(SnapshotId id, ByteBuffer document) {
    return chunks(id, EstimatorSpec.DEFAULT, document);
  }

  /**
   * A small layer that takes long, however fast the machine: it is sent in one chunk of 160 kB, and
   * its estimator decomposes 400 windows.
   */
  static List<SnapshotChunk> slow(SnapshotId id) {
    EstimatorSpec manyWindows = EstimatorSpec.Farms.of(100, 1, 1, OptionalInt.of(20));
    return chunks(id, manyWindows, SafeTensors.write(normal(id.layer(), 5, 200L, 200L)));
  }

  private static List<SnapshotChunk> chunks(
      SnapshotId id, EstimatorSpec estimator, ByteBuffer document) {
    List<SnapshotChunk> chunks = new ArrayList<>();
    SnapshotChunker.chunk(id, Optional.of(estimator), List.of(document), chunks::add);
    return chunks;
  }
}
