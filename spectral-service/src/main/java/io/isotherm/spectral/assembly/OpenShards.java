package io.isotherm.spectral.assembly;

import io.isotherm.contracts.snapshot.Shard;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.safetensors.MalformedSafetensorsException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A layer that comes in shards, in any order and mixed with each other. Their elements go straight
 * to their places in the layer's own document, so that it ends up with the very bytes that one
 * trainer would have sent.
 *
 * <p>That the shards cover the tensor exactly follows from three facts: each lies inside it, no two
 * have an element in common, and together they have as many elements as it has.
 */
final class OpenShards implements OpenDocument {

  /** As many missing shards are named. */
  private static final int NAMED = 8;

  private final ShardHead.Layer layer;
  private final ByteBuffer bytes;
  private final int data;
  private final Map<Integer, OpenShard> shards = new HashMap<>();
  private long elements;
  private int complete;

  /** A shard that has begun. */
  private record OpenShard(ShardHead head, ChunkSequence chunks, Scatter scatter) {}

  OpenShards(ShardHead.Layer layer, byte[] header, ByteBuffer bytes) {
    this.layer = layer;
    this.bytes = bytes.put(0, header);
    this.data = header.length;
  }

  @Override
  public Optional<String> take(SnapshotChunk chunk) {
    if (chunk.shard().isEmpty()) {
      return Optional.of(
          "chunk %d of %s must belong to one of the %d shards that the layer comes in"
              .formatted(chunk.index(), chunk.id(), layer.shards()));
    }
    Shard shard = chunk.shard().get();
    OpenShard known = shards.get(shard.index());
    if (known == null) {
      return chunk.index() == 0
          ? begin(chunk, shard)
          : Optional.of(
              "chunk %d of %s came without the chunks before it"
                  .formatted(chunk.index(), chunk.document()));
    }
    Optional<String> disagreement = known.chunks().disagreement(chunk);
    if (disagreement.isPresent() || known.chunks().isComplete()) {
      return disagreement;
    }
    if (chunk.index() == 0) {
      known.chunks().restart();
      known.scatter().restart();
    }
    return known.chunks().isRepeated(chunk) ? Optional.empty() : append(known, chunk);
  }

  private Optional<String> begin(SnapshotChunk chunk, Shard shard) {
    ShardHead head;
    try {
      head = ShardHead.of(chunk, shard);
    } catch (MalformedSafetensorsException | IllegalArgumentException e) {
      return Optional.of(chunk.document() + ": " + e.getMessage());
    }
    if (!head.layer().equals(layer)) {
      return Optional.of(
          "%s must agree with the other shards' %s, got: %s"
              .formatted(chunk.document(), layer, head.layer()));
    }
    for (Map.Entry<Integer, OpenShard> other : shards.entrySet()) {
      if (other.getValue().head().box().overlaps(head.box())) {
        return Optional.of(
            "%s must have no element in common with shard %d at %s, got: %s"
                .formatted(
                    chunk.document(), other.getKey(), other.getValue().head().box(), head.box()));
      }
    }
    OpenShard opened =
        new OpenShard(
            head,
            new ChunkSequence(chunk),
            new Scatter(bytes, data, layer.shape(), layer.dtype().bytes(), head.box()));
    shards.put(shard.index(), opened);
    elements += head.box().volume();
    if (shards.size() == layer.shards() && elements < layer.elements()) {
      return Optional.of(
          "the %d shards of %s must cover the global shape %s, got: %d of %d elements"
              .formatted(layer.shards(), chunk.id(), layer.shape(), elements, layer.elements()));
    }
    return append(opened, chunk);
  }

  private Optional<String> append(OpenShard shard, SnapshotChunk chunk) {
    Optional<String> misfit = shard.chunks().append(chunk);
    if (misfit.isEmpty()) {
      shard.scatter().put(chunk.payload(), chunk.index() == 0 ? shard.head().bytes() : 0);
      complete += shard.chunks().isComplete() ? 1 : 0;
    }
    return misfit;
  }

  @Override
  public boolean isComplete() {
    return complete == layer.shards();
  }

  /** For example {@code 2 of 4 shards came, missing: 1 (2 of 5 chunks), 3}. */
  @Override
  public String progress() {
    String named =
        IntStream.range(0, layer.shards())
            .filter(index -> !isComplete(index))
            .limit(NAMED)
            .mapToObj(this::progress)
            .collect(Collectors.joining(", "));
    return "%d of %d shards came, missing: %s%s"
        .formatted(
            complete, layer.shards(), named, layer.shards() - complete > NAMED ? ", ..." : "");
  }

  private boolean isComplete(int index) {
    return shards.containsKey(index) && shards.get(index).chunks().isComplete();
  }

  private String progress(int index) {
    return shards.containsKey(index)
        ? "%d (%s)".formatted(index, shards.get(index).chunks().progress())
        : Integer.toString(index);
  }

  @Override
  public ByteBuffer bytes() {
    return bytes.rewind();
  }
}
