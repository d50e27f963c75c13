package io.isotherm.it;

import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.snapshot.Shard;
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
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends chunks with a plain producer, to partitions that the test chooses. */
final class SnapshotSender implements AutoCloseable {

  private static final int LARGE_PERIOD = 1_000_003;

  private final KafkaProducer<String, byte[]> producer;
  private final List<Future<?>> sent = new ArrayList<>();

  SnapshotSender(String bootstrapServers) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  /** The chunks of a dense layer with normal weights in single precision. */
  static List<SnapshotChunk> chunks(SnapshotId id, int rows, int columns) {
    return chunks(id, EstimatorSpec.DEFAULT, rows, columns);
  }

  /** The same, to be analysed by an estimator. */
  static List<SnapshotChunk> chunks(SnapshotId id, EstimatorSpec estimator, int rows, int columns) {
    return chunks(id, estimator, Optional.empty(), rows, columns, normal(id, rows, columns));
  }

  /** The chunks of the same layer in two shards of as many rows, shard by shard. */
  static List<List<SnapshotChunk>> shards(SnapshotId id, int rows, int columns) {
    ByteBuffer weights = normal(id, rows, columns);
    int half = rows / 2;
    int bytes = half * columns * Float.BYTES;
    List<List<SnapshotChunk>> shards = new ArrayList<>();
    for (int index = 0; index < 2; index++) {
      Shard shard =
          new Shard(
              index, 2, List.of((long) rows, (long) columns), List.of((long) index * half, 0L));
      ByteBuffer part = weights.slice(index * bytes, bytes);
      shards.add(chunks(id, EstimatorSpec.DEFAULT, Optional.of(shard), half, columns, part));
    }
    return shards;
  }

  private static List<SnapshotChunk> chunks(
      SnapshotId id,
      EstimatorSpec estimator,
      Optional<Shard> shard,
      int rows,
      int columns,
      ByteBuffer weights) {
    SafeTensor tensor =
        new SafeTensor(
            id.layer(), DType.F32, List.of((long) rows, (long) columns), Map.of(), weights);
    List<SnapshotChunk> chunks = new ArrayList<>();
    SnapshotChunker.chunk(
        id, Optional.of(estimator), shard, List.of(SafeTensors.write(tensor)), chunks::add);
    return chunks;
  }

  /** Weights that the step alone says. */
  private static ByteBuffer normal(SnapshotId id, int rows, int columns) {
    ByteBuffer data =
        ByteBuffer.allocate(rows * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(id.step());
    while (data.hasRemaining()) {
      data.putFloat((float) (0.05 * random.nextGaussian()));
    }
    return data.flip();
  }

  /**
   * Sends a dense layer that is too large for the memory of a test: a million random weights over
   * and over, of a number that no row is a multiple of.
   */
  void sendLarge(int partition, SnapshotId id, DType dtype, int rows, int columns) {
    ByteBuffer weights = weights(dtype, new Random(id.step()));
    List<ByteBuffer> document = new ArrayList<>();
    document.add(
        ByteBuffer.wrap(
            SafeTensors.header(id.layer(), dtype, List.of((long) rows, (long) columns), Map.of())));
    long bytes = (long) rows * columns * dtype.bytes();
    for (long left = bytes; left > 0; left -= weights.remaining()) {
      document.add(weights.slice(0, (int) Math.min(left, weights.remaining())));
    }
    SnapshotChunker.chunk(id, Optional.empty(), document, chunk -> send(partition, chunk));
  }

  private static ByteBuffer weights(DType dtype, Random random) {
    ByteBuffer weights =
        ByteBuffer.allocate(LARGE_PERIOD * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    while (weights.hasRemaining()) {
      if (dtype == DType.F16) {
        // From 1/32 to 1, with either sign.
        int exponent = 10 + random.nextInt(5);
        int signAndFraction = random.nextInt(1 << 16) & 0x83ff;
        weights.putShort((short) (signAndFraction | exponent << 10));
      } else {
        weights.putFloat((float) (0.05 * random.nextGaussian()));
      }
    }
    return weights.flip();
  }

  void send(int partition, SnapshotChunk chunk) {
    WireRecord record = SnapshotCodec.encode(chunk);
    ProducerRecord<String, byte[]> out =
        new ProducerRecord<>(record.topic().topicName(), partition, record.key(), record.value());
    record.headers().forEach((name, value) -> out.headers().add(name, value));
    sent.add(producer.send(out));
  }

  /** Waits until the broker has all. */
  void flush() {
    producer.flush();
    try {
      for (Future<?> each : sent) {
        each.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError("a chunk was not sent", e);
    }
    sent.clear();
  }

  @Override
  public void close() {
    producer.close();
  }
}
