package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.local.stack.Service;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.testkit.TestKafka;
import io.isotherm.testkit.TopicReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Layers of language models in the memory of the image's container. Those that the spectral service
 * has no memory for cost one answer each, and not the process.
 */
class LargeLayersIT {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final long MEBIBYTE = 1 << 20;

  /** The limit of the pod and of the compose file. */
  private static final long CONTAINER_BYTES = 3L << 30;

  private static final Path DOCKERFILE =
      Path.of("../../spectral-service/src/main/docker/Dockerfile.jvm");

  private final String bootstrapServers = TestKafka.broker().bootstrapServers();
  private final TopicReader topics = new TopicReader(bootstrapServers);

  @Test
  @EnabledOnOs(OS.LINUX)
  void layersOfALanguageModelAreAnalysedWithinTheContainersMemory() {
    SnapshotId mlp = new SnapshotId("language-model", 1, 10, 0, "mlp");
    SnapshotId head = new SnapshotId("language-model", 1, 10, 0, "head");
    try (ServiceProcess service =
            new ServiceProcess(Service.SPECTRAL, "language-model", bootstrapServers);
        SnapshotSender sender = new SnapshotSender(bootstrapServers)) {
      // The image's heap and the memory of layers where 3 GiB are all that there is.
      service.start(
          Map.of(
              "JAVA_TOOL_OPTIONS",
              optionsOfTheImage(),
              "ISOTHERM_SPECTRAL_MEMORY",
              Long.toString(CONTAINER_BYTES / 2)),
          CONTAINER_BYTES * heapPercentageOfTheImage() / 100 / MEBIBYTE + "m");

      sender.sendLarge(2, mlp, DType.F32, 4_096, 11_008);
      sender.sendLarge(2, head, DType.F16, 32_000, 4_096);
      sender.flush();

      assertThat(outcomeOf(mlp)).isInstanceOf(Outcome.Analysed.class);
      assertThat(outcomeOf(head)).isInstanceOf(Outcome.Analysed.class);
      assertThat(service.peakResidentBytes()).isLessThan(CONTAINER_BYTES);
    }
  }

  @Test
  void layerThatCanNeverFitIsAnsweredWithTheSettingAndItsOtherChunksArePassedOver() {
    SnapshotId large = new SnapshotId("too-large", 1, 10, 0, "head");
    SnapshotId small = new SnapshotId("too-large", 1, 10, 0, "body");
    try (ServiceProcess service =
            new ServiceProcess(Service.SPECTRAL, "too-large", bootstrapServers);
        SnapshotSender sender = new SnapshotSender(bootstrapServers)) {
      service.start(Map.of("ISOTHERM_SPECTRAL_MEMORY", "128M"));

      beginning(large, 30, 32_000, 4_096).forEach(chunk -> sender.send(0, chunk));
      SnapshotSender.chunks(small, 100, 200).forEach(chunk -> sender.send(0, chunk));
      sender.flush();

      assertThat(outcomeOf(small)).isInstanceOf(Outcome.Analysed.class);
      assertThat(outcomeOf(large))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              failed ->
                  assertThat(failed.cause())
                      .startsWith("too-large/head@1:10 needs ")
                      .contains("isotherm.spectral.memory is 134217728: set it to at least "));
      assertThat(topics.records(Topic.DEAD_LETTERS))
          .filteredOn(record -> large.key().equals(record.key()))
          .hasSize(1);
      service.awaitReady();
      assertThat(service.isAlive()).isTrue();
    }
  }

  @Test
  void layerThatBreaksTheHeapIsAnsweredAndTheNextOneIsRightWithTheOptionsOfTheImage() {
    SnapshotId poison = new SnapshotId("poison", 1, 10, 0, "poison");
    SnapshotId next = new SnapshotId("poison", 1, 10, 0, "next");
    // A million windows of 16 eigenvalues: 130 MB at once.
    EstimatorSpec manyWindows = EstimatorSpec.Farms.of(16, 1, 1, OptionalInt.empty());
    try (ServiceProcess service = new ServiceProcess(Service.SPECTRAL, "poison", bootstrapServers);
        SnapshotSender sender = new SnapshotSender(bootstrapServers)) {
      service.start(Map.of("JAVA_TOOL_OPTIONS", optionsOfTheImage()), "120m");

      SnapshotSender.chunks(poison, manyWindows, 1_000, 1_000)
          .forEach(chunk -> sender.send(1, chunk));
      SnapshotSender.chunks(next, 100, 200).forEach(chunk -> sender.send(1, chunk));
      sender.flush();

      assertThat(outcomeOf(next)).isInstanceOf(Outcome.Analysed.class);
      assertThat(outcomeOf(poison))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              failed -> assertThat(failed.cause()).contains("not enough heap", "-Xmx"));
      service.awaitReady();
      assertThat(service.isAlive()).isTrue();
    }
  }

  private Outcome outcomeOf(SnapshotId id) {
    List<LayerOutcome> outcomes =
        await()
            .atMost(PATIENCE)
            .until(
                () ->
                    topics.messages(Messages.SPECTRA, id.run()).stream()
                        .filter(outcome -> outcome.snapshot().equals(id))
                        .toList(),
                found -> !found.isEmpty());
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0).outcome();
  }

  /** The first chunks of a layer in single precision, whose weights are 0. */
  private static List<SnapshotChunk> beginning(SnapshotId id, int count, long rows, long columns) {
    byte[] header = SafeTensors.header(id.layer(), DType.F32, List.of(rows, columns), Map.of());
    long totalBytes = header.length + rows * columns * DType.F32.bytes();
    int all = (int) ((totalBytes - 1) / SnapshotChunk.CHUNK_BYTES + 1);
    SnapshotChunk[] chunks = new SnapshotChunk[count];
    Arrays.setAll(
        chunks,
        index ->
            new SnapshotChunk(
                id,
                Optional.empty(),
                Optional.empty(),
                index,
                all,
                totalBytes,
                0,
                index == 0
                    ? Arrays.copyOf(header, SnapshotChunk.CHUNK_BYTES)
                    : new byte[SnapshotChunk.CHUNK_BYTES]));
    return List.of(chunks);
  }

  private static long heapPercentageOfTheImage() {
    Matcher percentage = Pattern.compile("MaxRAMPercentage=(\\d+)").matcher(optionsOfTheImage());
    assertThat(percentage.find()).as("heap in " + DOCKERFILE).isTrue();
    return Long.parseLong(percentage.group(1));
  }

  private static String optionsOfTheImage() {
    try {
      Matcher options =
          Pattern.compile("JAVA_TOOL_OPTIONS=\"([^\"]+)\"").matcher(Files.readString(DOCKERFILE));
      assertThat(options.find()).as("options in " + DOCKERFILE).isTrue();
      return options.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
