package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.benchmarks.machine.ProcessView;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Weights to the broker as fast as a producer with some settings sends them. */
final class ProducerTrial {

  private static final int PARTITIONS = 12;
  private static final long BYTES = 512L << 20;
  private static final Duration BUFFER_PATIENCE = Duration.ofMinutes(1);

  /**
   * What is tried.
   *
   * @param chunkBytes of a record's value
   */
  record Settings(
      int chunkBytes, String compression, int batchSize, int lingerMillis, String acks) {

    Map<String, Object> producer(String bootstrapServers) {
      return Map.of(
          ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
          ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20,
          ProducerConfig.MAX_BLOCK_MS_CONFIG, BUFFER_PATIENCE.toMillis(),
          ProducerConfig.COMPRESSION_TYPE_CONFIG, compression,
          ProducerConfig.BATCH_SIZE_CONFIG, batchSize,
          ProducerConfig.LINGER_MS_CONFIG, lingerMillis,
          ProducerConfig.ACKS_CONFIG, acks,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, acks.equals("all"),
          ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    }
  }

  /**
   * What came out.
   *
   * @param megabytesPerSecond of weights, until the last is acknowledged
   * @param clientCpuSeconds for a gigabyte
   * @param brokerCpuSeconds for a gigabyte
   * @param allocated bytes on the client's heap for each byte sent
   * @param sizeOnBroker bytes on the wire for each byte of weights
   */
  record Result(
      Settings settings,
      double megabytesPerSecond,
      double clientCpuSeconds,
      double brokerCpuSeconds,
      double allocated,
      double sizeOnBroker) {}

  private final PipelineStack stack;
  private final byte[] weights;
  private int topics;

  ProducerTrial(PipelineStack stack) {
    this.stack = stack;
    SafeTensor layer = LayerBytes.of(Workload.parse("1*4096x4096", 1), DType.BF16).tensors().get(0);
    ByteBuffer data = layer.data();
    weights = new byte[data.remaining()];
    data.duplicate().get(weights);
  }

  /** Sends twice, and measures the second time. */
  Result measure(Settings settings) throws InterruptedException {
    String topic = "pipeline-" + topics++;
    try (Admin admin =
        Admin.create(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              settings.producer(stack.bootstrapServers()),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        // One by one: a new topic's leader may not know yet that it is one, and of several records
        // on
        // their way it can take a later one first.
        for (int partition = 0; partition < PARTITIONS; partition++) {
          producer.send(new ProducerRecord<>(topic, partition, null, new byte[1])).get();
        }
        send(producer, topic, settings, BYTES / 4);
        return timed(producer, topic, settings);
      } finally {
        admin.deleteTopics(List.of(topic)).all().get();
      }
    } catch (ExecutionException e) {
      throw new BenchmarkException(
          "the broker refuses %s: %s".formatted(settings, e.getMessage()), e);
    }
  }

  private Result timed(KafkaProducer<byte[], byte[]> producer, String topic, Settings settings)
      throws ExecutionException, InterruptedException {
    ProcessView client = new ProcessView(ProcessHandle.current().pid());
    double clientCpu = client.cpuSeconds();
    double brokerCpu = stack.broker().cpuSeconds();
    long allocated = AllocatedBytes.ofThisProcess();
    double onWire = outgoingBytes(producer);
    long begin = System.nanoTime();
    send(producer, topic, settings, BYTES);
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Result(
        settings,
        BYTES / 1e6 / seconds,
        (client.cpuSeconds() - clientCpu) * 1e9 / BYTES,
        (stack.broker().cpuSeconds() - brokerCpu) * 1e9 / BYTES,
        (double) (AllocatedBytes.ofThisProcess() - allocated) / BYTES,
        (outgoingBytes(producer) - onWire) / BYTES);
  }

  /** Chunk after chunk of the weights, over and over. */
  private void send(
      KafkaProducer<byte[], byte[]> producer, String topic, Settings settings, long bytes)
      throws ExecutionException, InterruptedException {
    Future<RecordMetadata> last = null;
    int layerChunks = weights.length / settings.chunkBytes();
    long chunks = bytes / settings.chunkBytes();
    for (long i = 0; i < chunks; i++) {
      byte[] chunk = new byte[settings.chunkBytes()];
      System.arraycopy(weights, (int) (i % layerChunks) * chunk.length, chunk, 0, chunk.length);
      int partition = (int) (i / layerChunks % PARTITIONS);
      last = producer.send(new ProducerRecord<>(topic, partition, null, chunk));
    }
    producer.flush();
    if (last != null) {
      last.get();
    }
  }

  private static double outgoingBytes(KafkaProducer<byte[], byte[]> producer) {
    return producer.metrics().values().stream()
        .filter(
            metric ->
                metric.metricName().group().equals("producer-metrics")
                    && metric.metricName().name().equals("outgoing-byte-total"))
        .mapToDouble(metric -> ((Number) metric.metricValue()).doubleValue())
        .sum();
  }
}
