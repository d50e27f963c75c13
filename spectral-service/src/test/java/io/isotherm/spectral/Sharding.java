package io.isotherm.spectral;

import io.isotherm.contracts.snapshot.Shard;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotChunker;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/** Cuts tensors into shards, element by element, so that it shares nothing with what it tests. */
public final class Sharding {

  private Sharding() {}

  /** A hyper-rectangle of a tensor. */
  public record Part(List<Long> offsets, List<Long> extent) {}

  /** Parts along the first axis, as equal as can be, the larger ones first. */
  public static List<Part> rows(List<Long> shape, int count) {
    List<Part> parts = new ArrayList<>();
    long from = 0;
    for (int i = 0; i < count; i++) {
      long rows = shape.get(0) / count + (i < shape.get(0) % count ? 1 : 0);
      parts.add(new Part(with(zeros(shape), 0, from), with(shape, 0, rows)));
      from += rows;
    }
    return parts;
  }

  /** Parts that come of cutting one part or another in two, {@code cuts} times at most. */
  public static List<Part> random(List<Long> shape, int cuts, Random random) {
    List<Part> parts = new ArrayList<>(List.of(new Part(zeros(shape), shape)));
    for (int cut = 0; cut < cuts; cut++) {
      Part part = parts.get(random.nextInt(parts.size()));
      int axis = random.nextInt(shape.size());
      long length = part.extent().get(axis);
      if (length > 1) {
        long first = 1L + random.nextInt((int) length - 1);
        parts.remove(part);
        parts.add(new Part(part.offsets(), with(part.extent(), axis, first)));
        parts.add(
            new Part(
                with(part.offsets(), axis, part.offsets().get(axis) + first),
                with(part.extent(), axis, length - first)));
      }
    }
    return parts;
  }

  /** The document of one part. */
  public static ByteBuffer document(SafeTensor tensor, Part part) {
    int size = tensor.dtype().bytes();
    int count = (int) part.extent().stream().reduce(1L, (a, b) -> a * b).longValue();
    ByteBuffer data = ByteBuffer.allocate(count * size).order(ByteOrder.LITTLE_ENDIAN);
    for (int element = 0; element < count; element++) {
      long rest = element;
      long at = 0;
      long stride = 1;
      for (int axis = tensor.shape().size() - 1; axis >= 0; axis--) {
        at += (part.offsets().get(axis) + rest % part.extent().get(axis)) * stride;
        rest /= part.extent().get(axis);
        stride *= tensor.shape().get(axis);
      }
      for (int i = 0; i < size; i++) {
        data.put(tensor.data().get((int) at * size + i));
      }
    }
    return SafeTensors.write(
        new SafeTensor(
            tensor.name(), tensor.dtype(), part.extent(), tensor.metadata(), data.flip()));
  }

  /** The chunks of all parts, shard by shard. */
  public static List<List<SnapshotChunk>> chunks(
      SnapshotId id, SafeTensor tensor, List<Part> parts) {
    List<List<SnapshotChunk>> shards = new ArrayList<>();
    for (int index = 0; index < parts.size(); index++) {
      shards.add(chunks(id, tensor, parts, index));
    }
    return shards;
  }

  /** The chunks of one part. */
  public static List<SnapshotChunk> chunks(
      SnapshotId id, SafeTensor tensor, List<Part> parts, int index) {
    List<SnapshotChunk> chunks = new ArrayList<>();
    Consumer<SnapshotChunk> sink = chunks::add;
    SnapshotChunker.chunk(
        id,
        Optional.of(EstimatorSpec.DEFAULT),
        Optional.of(new Shard(index, parts.size(), tensor.shape(), parts.get(index).offsets())),
        List.of(document(tensor, parts.get(index))),
        sink);
    return chunks;
  }

  /** The chunks of all shards mixed at random, those of each shard in order. */
  public static List<SnapshotChunk> mixed(List<List<SnapshotChunk>> shards, Random random) {
    List<Deque<SnapshotChunk>> rest = new ArrayList<>();
    shards.forEach(shard -> rest.add(new ArrayDeque<>(shard)));
    List<SnapshotChunk> mixed = new ArrayList<>();
    while (!rest.isEmpty()) {
      Deque<SnapshotChunk> next = rest.get(random.nextInt(rest.size()));
      mixed.add(next.remove());
      if (next.isEmpty()) {
        rest.remove(next);
      }
    }
    return mixed;
  }

  private static List<Long> zeros(List<Long> shape) {
    return shape.stream().map(length -> 0L).toList();
  }

  private static List<Long> with(List<Long> numbers, int axis, long value) {
    List<Long> changed = new ArrayList<>(numbers);
    changed.set(axis, value);
    return List.copyOf(changed);
  }
}
