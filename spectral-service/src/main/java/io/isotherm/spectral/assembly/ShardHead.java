package io.isotherm.spectral.assembly;

import io.isotherm.contracts.snapshot.Shard;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.DocumentHead;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.safetensors.TensorEntry;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the first chunk of a shard says.
 *
 * @param layer what all shards of the layer say alike
 * @param box where the shard lies in the layer's tensor
 * @param bytes what stands in its document before its elements
 */
record ShardHead(Layer layer, Box box, int bytes) {

  /**
   * What all shards of a layer say alike.
   *
   * @param shards how many there are
   * @param shape of the whole tensor
   * @param layout entry of the metadata, if there is one
   */
  record Layer(
      int shards,
      List<Long> shape,
      DType dtype,
      Optional<String> layout,
      Optional<EstimatorSpec> estimator) {

    long elements() {
      return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    /** The beginning of the layer's own document, as one trainer would have sent it. */
    byte[] header(String name) {
      return SafeTensors.header(
          name, dtype, shape, layout.map(text -> Map.of(SafeTensor.LAYOUT, text)).orElse(Map.of()));
    }

    /**
     * The layer's own document.
     *
     * @throws IllegalArgumentException if it has more bytes than a {@code long} counts
     */
    LayerDocument document(String name) {
      if (elements() > (Long.MAX_VALUE - SafeTensors.MAX_HEADER_BYTES) / dtype.bytes()) {
        throw new IllegalArgumentException(
            "global shape must be one that a document can have, got: %s %s"
                .formatted(dtype, shape));
      }
      long data = elements() * dtype.bytes();
      return new LayerDocument(
          header(name).length + data,
          Optional.of(new TensorEntry(name, dtype.name(), shape, 0, data)),
          shards);
    }

    @Override
    public String toString() {
      return "%d shards of %s %s, layout %s, %s"
          .formatted(
              shards,
              dtype,
              shape,
              layout.orElse("of PyTorch"),
              estimator.map(Object::toString).orElse("default estimator"));
    }
  }

  /**
   * Reads the first chunk of a shard.
   *
   * @throws MalformedSafetensorsException if it does not begin a document with one tensor
   * @throws IllegalArgumentException if that tensor is no part of the layer
   */
  static ShardHead of(SnapshotChunk first, Shard shard) throws MalformedSafetensorsException {
    DocumentHead head = SafeTensors.head(ByteBuffer.wrap(first.payload()));
    TensorEntry tensor = head.tensor();
    if (tensor.begin() != 0 || head.bytes() + tensor.end() != first.totalBytes()) {
      throw new IllegalArgumentException(
          "%d bytes behind the header must be one tensor's, got data_offsets: [%d, %d]"
              .formatted(first.totalBytes() - head.bytes(), tensor.begin(), tensor.end()));
    }
    DType dtype =
        tensor
            .dtype()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "dtype must be one of %s, got: '%s'"
                            .formatted(List.of(DType.values()), tensor.type())));
    return new ShardHead(
        new Layer(
            shard.count(),
            shard.globalShape(),
            dtype,
            Optional.ofNullable(head.metadata().get(SafeTensor.LAYOUT)),
            first.estimator()),
        box(shard, tensor.shape()),
        head.bytes());
  }

  private static Box box(Shard shard, List<Long> extent) {
    List<Long> global = shard.globalShape();
    if (extent.size() != global.size()) {
      throw new IllegalArgumentException(
          "shape must have the %d dimensions of the global shape %s, got: %s"
              .formatted(global.size(), global, extent));
    }
    for (int axis = 0; axis < extent.size(); axis++) {
      long room = global.get(axis) - shard.offsets().get(axis);
      if (extent.get(axis) < 1 || extent.get(axis) > room) {
        throw new IllegalArgumentException(
            "shape from offsets %s on must have elements and lie inside the global shape %s, got: %s"
                .formatted(shard.offsets(), global, extent));
      }
    }
    return new Box(shard.offsets(), extent);
  }
}
