package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.machine.ProcessView;
import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.Workload;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.snapshot.SnapshotChunker;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * All layers of a large network written to the broker at once, and what memory the one service
 * takes until each has its outcome. The weights are one block of random numbers over and over, so
 * that they need not be in memory themselves; its rows are more than any layer has eigenvalues.
 */
final class Flood {

  private static final String RUN = "flood";
  private static final int SAMPLE_SECONDS = 1;

  /**
   * What came out.
   *
   * @param network as the user wrote it
   * @param layers of it
   * @param bytes of its weights
   * @param sendSeconds until the broker had everything
   * @param seconds from the beginning until every layer had its outcome
   * @param analysed layers with an alpha
   * @param residentBytes of the service, second by second
   * @param peakResidentBytes of the service
   */
  record Result(
      String network,
      int layers,
      long bytes,
      double sendSeconds,
      double seconds,
      long analysed,
      List<Long> residentBytes,
      long peakResidentBytes) {}

  private final PipelineStack stack;
  private final ByteBuffer block;
  private final Consumer<String> say;

  Flood(PipelineStack stack, Consumer<String> say) {
    this.stack = stack;
    this.say = say;
    this.block =
        LayerBytes.of(Workload.parse("1*8192x4096", 1), DType.BF16).tensors().get(0).data();
  }

  Result measure(Network network) throws InterruptedException {
    List<LayerShape> layers = network.workload().layers();
    ProcessView service = stack.services().get(0);
    try (OutcomeLog outcomes = new OutcomeLog(stack.bootstrapServers())) {
      long begin = System.nanoTime();
      List<Long> resident = new ArrayList<>();
      Thread publisher = new Thread(() -> send(network), "flood");
      publisher.setDaemon(true);
      publisher.start();
      double sendSeconds = 0;
      while (outcomes.of(RUN).size() < layers.size()) {
        TimeUnit.SECONDS.sleep(SAMPLE_SECONDS);
        resident.add(service.residentBytes());
        if (sendSeconds == 0 && !publisher.isAlive()) {
          sendSeconds = seconds(begin);
          say.accept("all is on the broker after %.0f s".formatted(sendSeconds));
        }
        if (resident.size() % 30 == 0) {
          say.accept(
              "%d of %d outcomes, %d MiB resident"
                  .formatted(
                      outcomes.of(RUN).size(), layers.size(), service.residentBytes() >> 20));
        }
      }
      return new Result(
          network.toString(),
          layers.size(),
          layers.stream().mapToLong(layer -> bytes(layer, network.dtype())).sum(),
          sendSeconds,
          seconds(begin),
          outcomes.of(RUN).stream()
              .filter(seen -> seen.outcome() instanceof Outcome.Analysed)
              .count(),
          resident,
          service.peakResidentBytes());
    }
  }

  private void send(Network network) {
    try (Producer<String, byte[]> producer =
        KafkaClients.producer(
            KafkaSettings.at(stack.bootstrapServers()), "isotherm-benchmark-flood", Map.of())) {
      List<LayerShape> layers = network.workload().layers();
      for (int i = 0; i < layers.size(); i++) {
        SnapshotChunker.chunk(
            new SnapshotId(RUN, 1, 1, 0, "layer-%03d".formatted(i)),
            Optional.empty(),
            document(layers.get(i), network.dtype()),
            chunk -> {
              // A record that does not get through shows as an outcome that does not come.
              var unused = producer.send(KafkaRecords.toSend(SnapshotCodec.encode(chunk)));
            });
      }
      producer.flush();
    }
  }

  private List<ByteBuffer> document(LayerShape shape, DType dtype) {
    List<ByteBuffer> parts = new ArrayList<>();
    parts.add(
        ByteBuffer.wrap(
            SafeTensors.header(
                "layer",
                dtype,
                shape.dimensions().stream().map(Integer::longValue).toList(),
                Map.of())));
    for (long left = bytes(shape, dtype); left > 0; left -= block.remaining()) {
      parts.add(block.slice(0, (int) Math.min(left, block.remaining())));
    }
    return parts;
  }

  private static long bytes(LayerShape shape, DType dtype) {
    return (long) shape.weights() * dtype.bytes();
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }
}
