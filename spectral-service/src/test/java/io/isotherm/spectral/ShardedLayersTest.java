package io.isotherm.spectral;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectral.Sharding.Part;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Layers that several producers publish together, by way of a real broker. */
@QuarkusTest
@QuarkusTestResource(TestKafka.class)
class ShardedLayersTest {

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  private final String run = "run-" + UUID.randomUUID();
  private final List<PlainKafka> ranks = new ArrayList<>();

  @BeforeEach
  void connect() {
    ranks.add(new PlainKafka(bootstrapServers));
    ranks.add(new PlainKafka(bootstrapServers));
  }

  @AfterEach
  void disconnect() {
    ranks.forEach(PlainKafka::close);
  }

  @Test
  void twoProducersGiveTheAlphasThatOneWouldHaveGivenBitForBit() throws Exception {
    SafeTensor dense = Snapshots.normal("fc", 1, 1251L, 900L);
    SafeTensor convolution = Snapshots.normal("conv", 2, 65L, 33L, 3L, 3L);
    List<Part> uneven = Sharding.rows(dense.shape(), 2);
    List<Part> blocks = Sharding.random(convolution.shape(), 9, new Random(1));

    ranks.get(0).send(id("whole.fc"), dense);
    ranks.get(0).send(id("whole.conv"), convolution);
    atOnce(
        rank -> {
          chunksOf(rank, Sharding.chunks(id("fc"), dense, uneven)).forEach(ranks.get(rank)::send);
          chunksOf(rank, Sharding.chunks(id("conv"), convolution, blocks))
              .forEach(ranks.get(rank)::send);
        });

    assertSame("fc");
    assertSame("conv");
    assertThat(blocks).hasSizeGreaterThan(4);
    assertThat(ranks.get(0).outcomesOf(id("fc"))).hasSize(1);
    await()
        .atMost(PlainKafka.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(get("/q/metrics").asString())
                    .contains("isotherm_spectral_assembly_bytes 0.0"));
  }

  private void assertSame(String layer) {
    Outcome.Analysed sharded = analysed(layer);
    Outcome.Analysed whole = analysed("whole." + layer);
    assertThat(sharded).usingRecursiveComparison().ignoringFields("computeNanos").isEqualTo(whole);
  }

  private Outcome.Analysed analysed(String layer) {
    Outcome outcome = ranks.get(0).outcomeOf(id(layer));
    assertThat(outcome).isInstanceOf(Outcome.Analysed.class);
    return (Outcome.Analysed) outcome;
  }

  /** Every second shard, from that of the rank's number on. */
  private static List<SnapshotChunk> chunksOf(int rank, List<List<SnapshotChunk>> shards) {
    List<SnapshotChunk> chunks = new ArrayList<>();
    for (int shard = rank; shard < shards.size(); shard += 2) {
      chunks.addAll(shards.get(shard));
    }
    return chunks;
  }

  private interface Rank {
    void publish(int rank);
  }

  private static void atOnce(Rank work) throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int rank = 0; rank < 2; rank++) {
        int number = rank;
        all.add(
            threads.submit(
                () -> {
                  start.await();
                  work.publish(number);
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private SnapshotId id(String layer) {
    return new SnapshotId(run, 1, 10, 0, layer);
  }
}
