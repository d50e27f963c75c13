package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.local.stack.Service;
import io.isotherm.testkit.TestKafka;
import io.isotherm.testkit.TopicReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** The spectral service is killed again and again while it answers layers of many chunks. */
class SpectralKillsIT {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final List<String> RUNS = List.of("killed-a", "killed-b");
  private static final int PARTITIONS = 4;
  private static final int STEPS = 16;

  /** Steps after whose first outcome the service is killed. */
  private static final Set<Integer> KILLS = Set.of(3, 6, 9, 12);

  /** The step at which the service is killed between the two shards of a layer. */
  private static final int TORN = 6;

  private static final String SHARDED = "sharded";

  private final TopicReader topics = new TopicReader(TestKafka.broker().bootstrapServers());

  @Test
  void noOutcomeIsEverContradicted() {
    Set<SnapshotId> sent = new HashSet<>();
    List<List<SnapshotChunk>> torn = shards(RUNS.get(0), sent);
    List<List<SnapshotChunk>> twin = shards(RUNS.get(1), sent);
    try (ServiceProcess service =
            new ServiceProcess(
                Service.SPECTRAL, "spectral-kills", TestKafka.broker().bootstrapServers());
        SnapshotSender sender = new SnapshotSender(TestKafka.broker().bootstrapServers())) {
      start(service);

      // When
      for (int step = 1; step <= STEPS; step++) {
        if (step == TORN) {
          send(sender, torn.get(0));
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
          sendInterleaved(sender, partition, step, sent);
        }
        sender.flush();
        if (KILLS.contains(step)) {
          awaitOutcomeOf(step);
          service.killIn(Duration.ZERO);
          start(service);
        }
        if (step == TORN) {
          send(sender, torn.get(1));
        }
      }
      twin.forEach(shard -> send(sender, shard));
      sender.flush();

      // Then every layer has one outcome
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(outcomesById().keySet()).containsAll(sent));
    }
    Map<SnapshotId, List<ConsumerRecord<String, byte[]>>> outcomes = outcomesById();
    assertThat(outcomes).containsOnlyKeys(sent);
    assertThat(outcomes)
        .allSatisfy((id, records) -> assertThat(records).as("outcomes of " + id).hasSize(1));
    assertThat(outcomes.values())
        .allSatisfy(
            records ->
                assertThat(decode(records.get(0)).outcome())
                    .isInstanceOfAny(Outcome.Analysed.class, Outcome.Superseded.class));
    assertThat(analysed(outcomes, torn))
        .as("a layer whose worker was killed between its shards")
        .usingRecursiveComparison()
        .ignoringFields("computeNanos")
        .isEqualTo(analysed(outcomes, twin));
    assertThat(topics.records(Topic.DEAD_LETTERS))
        .extracting(ConsumerRecord::key)
        .noneMatch(key -> RUNS.contains(key.replaceFirst("/.*", "")));
  }

  private static void start(ServiceProcess service) {
    service.start(
        Map.of(
            // A killed process is out of its group soon.
            "MP_MESSAGING_INCOMING_SNAPSHOTS_SESSION_TIMEOUT_MS",
            "6000",
            "MP_MESSAGING_INCOMING_SNAPSHOTS_HEARTBEAT_INTERVAL_MS",
            "1500"));
  }

  /**
   * A layer of each run, the second one a chunk behind the first: there is no offset between two
   * layers at which nothing is under way.
   */
  private static void sendInterleaved(
      SnapshotSender sender, int partition, int step, Set<SnapshotId> sent) {
    List<Iterator<SnapshotChunk>> runs = new ArrayList<>();
    for (String run : RUNS) {
      SnapshotId id = new SnapshotId(run, 1, step, 0, "layer" + partition);
      sent.add(id);
      List<SnapshotChunk> chunks = SnapshotSender.chunks(id, 128, 4400);
      assertThat(chunks).as("chunks of a layer").hasSize(3);
      runs.add(chunks.iterator());
    }
    sender.send(partition, runs.get(0).next());
    while (runs.get(1).hasNext()) {
      for (Iterator<SnapshotChunk> run : runs) {
        if (run.hasNext()) {
          sender.send(partition, run.next());
        }
      }
    }
  }

  /** Two shards of the same weights in each run. */
  private static List<List<SnapshotChunk>> shards(String run, Set<SnapshotId> sent) {
    SnapshotId id = new SnapshotId(run, 1, TORN, 0, SHARDED);
    sent.add(id);
    return SnapshotSender.shards(id, 128, 4400);
  }

  private static void send(SnapshotSender sender, List<SnapshotChunk> shard) {
    shard.forEach(chunk -> sender.send(0, chunk));
  }

  private static Outcome.Analysed analysed(
      Map<SnapshotId, List<ConsumerRecord<String, byte[]>>> outcomes,
      List<List<SnapshotChunk>> layer) {
    return (Outcome.Analysed) decode(outcomes.get(layer.get(0).get(0).id()).get(0)).outcome();
  }

  /** Of the step with the shards, of a layer behind the first one: that has been read then. */
  private void awaitOutcomeOf(int step) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                outcomesById().keySet().stream()
                    .filter(id -> step != TORN || id.layer().equals("layer0"))
                    .anyMatch(id -> id.step() == step));
  }

  private Map<SnapshotId, List<ConsumerRecord<String, byte[]>>> outcomesById() {
    return topics.records(Topic.SPECTRA).stream()
        .filter(record -> RUNS.contains(record.key()))
        .collect(Collectors.groupingBy(record -> decode(record).snapshot()));
  }

  private static LayerOutcome decode(ConsumerRecord<String, byte[]> record) {
    try {
      return KafkaRecords.decode(Messages.SPECTRA, record);
    } catch (InvalidMessageException e) {
      throw new AssertionError(new String(record.value(), StandardCharsets.UTF_8), e);
    }
  }
}
