package io.isotherm.spectral.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.spectral.Snapshots;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.assembly.AssemblyResult;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.isotherm.spectral.offsets.Takeover;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FairQueueTest {

  private final FairQueue queue = new FairQueue();

  @Test
  void floodingRunWaitsItsTurn() throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      queue.offer(job("flood", 1, 10, "layer" + i));
    }
    queue.offer(job("quiet", 1, 10, "layer0"));
    queue.offer(job("quiet", 1, 10, "layer1"));

    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      runs.add(next().run());
    }

    assertThat(runs).containsExactly("flood", "quiet", "flood", "quiet", "flood");
  }

  @Test
  void layersOfARunKeepTheirOrder() throws InterruptedException {
    queue.offer(job("run", 1, 10, "b"));
    queue.offer(job("run", 1, 10, "a"));
    queue.offer(job("run", 1, 10, "c"));

    assertThat(List.of(next().layer(), next().layer(), next().layer()))
        .containsExactly("b", "a", "c");
  }

  @Test
  void newerSnapshotTakesTheOldOnesPlaceInTheLine() throws InterruptedException {
    AnalysisJob older = job("run", 1, 10, "a");
    queue.offer(older);
    queue.offer(job("run", 1, 10, "b"));

    Optional<AnalysisJob> replaced = queue.offer(job("run", 1, 20, "a"));

    assertThat(replaced).containsSame(older);
    assertThat(queue.depth()).isEqualTo(2);
    assertThat(next()).isEqualTo(new SnapshotId("run", 1, 20, 0, "a"));
    assertThat(next().layer()).isEqualTo("b");
  }

  @Test
  void jobsOfRevokedPartitionsAreRemoved() throws InterruptedException {
    queue.offer(job("one", 1, 10, "a", 3));
    queue.offer(job("one", 1, 10, "b", 4));
    queue.offer(job("two", 1, 10, "a", 3));

    List<AnalysisJob> removed = queue.removeFrom(List.of(3));

    assertThat(removed).hasSize(2);
    assertThat(queue.depth()).isEqualTo(1);
    assertThat(next().layer()).isEqualTo("b");
  }

  @Test
  void closingLetsWaitingWorkersGo() throws Exception {
    CompletableFuture<Optional<AnalysisJob>> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return queue.take();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    queue.close();

    assertThat(waiting.get(10, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void jobsAreNotGivenOutAfterClosing() throws InterruptedException {
    queue.offer(job("run", 1, 10, "a"));

    queue.close();

    assertThat(queue.take()).isEmpty();
  }

  private SnapshotId next() throws InterruptedException {
    return queue.take().orElseThrow().id();
  }

  private static AnalysisJob job(String run, long incarnation, long step, String layer) {
    return job(run, incarnation, step, layer, 0);
  }

  private static AnalysisJob job(
      String run, long incarnation, long step, String layer, int partition) {
    SafeTensor tensor = Snapshots.normal(layer, 1, 2L, 2L);
    SnapshotId id = new SnapshotId(run, incarnation, step, 0, layer);
    return new AnalysisJob(
        new AssemblyResult.Complete(id, Optional.empty(), SafeTensors.write(tensor)),
        tensor,
        EstimatorSpec.DEFAULT,
        List.of(new Receipt("t", owned(partition), 0, id.key(), sink -> {})));
  }

  private static OwnedPartition owned(int partition) {
    return new OwnedPartition(partition, Takeover.ofNothing());
  }
}
