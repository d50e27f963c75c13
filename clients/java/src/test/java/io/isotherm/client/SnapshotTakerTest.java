package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SnapshotTakerTest {

  private static final RunDescription RUN = TestRuns.run("run", 1);
  private static final TestRuns.FixedWeights WEIGHTS = new TestRuns.FixedWeights(3);

  private final SnapshotQueue queue = new SnapshotQueue(4);
  private final SnapshotCounts counts = new SnapshotCounts();

  @Test
  void everyLayerBecomesADocumentWithItsWeights() throws Exception {
    taker(RUN, 8 << 20).take(5, 1, WEIGHTS);

    List<PendingSnapshot> waiting = drain();
    assertThat(waiting).extracting(s -> s.id().layer()).containsExactly("conv", "dense");
    assertThat(waiting).extracting(PendingSnapshot::traceparent).containsOnly(traceOf(waiting));
    for (PendingSnapshot snapshot : waiting) {
      SafeTensor tensor = SafeTensors.read(joined(snapshot.document()));
      float[] copied = new float[(int) tensor.elementCount()];
      tensor.data().asFloatBuffer().get(copied);
      assertThat(tensor.name()).isEqualTo(snapshot.id().layer());
      assertThat(copied).isEqualTo(WEIGHTS.of(snapshot.id().layer()));
    }
  }

  @Test
  void aFullQueueDropsTheOldestAndTheCountsAddUp() {
    SnapshotTaker taker = taker(RUN, 64 << 20);

    for (int step = 0; step < 10; step++) {
      taker.take(step, 0, WEIGHTS);
    }

    List<PendingSnapshot> waiting = drain();
    assertThat(waiting).extracting(s -> s.id().step()).containsExactly(8L, 8L, 9L, 9L);
    assertThat(counts.taken()).isEqualTo(20);
    assertThat(counts.dropped()).isEqualTo(16);
  }

  @Test
  void aFullPoolDropsTheOldestAndTheCountsAddUp() {
    // One snapshot of all layers is 1.2 MB and a little.
    SnapshotTaker taker = taker(RUN, 1_500_000);

    for (int step = 0; step < 3; step++) {
      taker.take(step, 0, WEIGHTS);
    }

    List<PendingSnapshot> waiting = drain();
    assertThat(waiting).extracting(s -> s.id().step()).contains(2L).doesNotContain(0L);
    assertThat(waiting).extracting(s -> s.id().layer()).endsWith("dense");
    assertThat(counts.taken()).isEqualTo(6);
    assertThat(counts.dropped() + waiting.size()).isEqualTo(6);
  }

  @Test
  void aLayerThatNeverFitsLeavesTheOthersWaiting() {
    taker(RUN, 100_000).take(0, 0, WEIGHTS);

    assertThat(drain()).extracting(s -> s.id().layer()).containsExactly("conv");
    assertThat(counts.dropped()).isEqualTo(1);
  }

  @Test
  void weightsThatThrowAreCountedAndTheOtherLayersAreTaken() {
    LayerWeights broken =
        new LayerWeights() {
          @Override
          public DType dtype(LayerDescription layer) {
            return DType.F32;
          }

          @Override
          public void copyTo(LayerDescription layer, ByteBuffer target) {
            if (layer.name().equals("conv")) {
              throw new IllegalStateException("no weights today");
            }
            WEIGHTS.copyTo(layer, target);
          }
        };

    taker(RUN, 8 << 20).take(0, 0, broken);

    assertThat(drain()).extracting(s -> s.id().layer()).containsExactly("dense");
    assertThat(counts.taken()).isEqualTo(2);
    assertThat(counts.dropped()).isEqualTo(1);
  }

  @Test
  void weightsThatThrowCostNoBuffer() {
    SnapshotPool pool = new SnapshotPool(8 << 20);
    SnapshotTaker taker = new SnapshotTaker(RUN, pool, queue, counts);
    LayerWeights broken =
        new LayerWeights() {
          @Override
          public DType dtype(LayerDescription layer) {
            return DType.F32;
          }

          @Override
          public void copyTo(LayerDescription layer, ByteBuffer target) {
            throw new IllegalStateException("no weights today");
          }
        };

    for (int step = 0; step < 100; step++) {
      taker.take(step, 0, broken);
    }

    assertThat(pool.allocatedBytes()).isLessThan(2_000_000);
  }

  @Test
  void aLayerLargerThanAnyBufferIsDroppedAndNotComputedModuloSomething() {
    LayerDescription huge =
        new LayerDescription(
            "huge",
            LayerKind.DENSE,
            List.of(1L << 31, 1L << 31),
            Optional.empty(),
            OptionalInt.empty());
    LayerDescription large =
        new LayerDescription(
            "large",
            LayerKind.DENSE,
            List.of(1L << 15, 1L << 15),
            Optional.empty(),
            OptionalInt.empty());
    RunDescription run =
        new RunDescription(
            "run",
            1,
            "",
            List.of(huge, large),
            RUN.schedule(),
            RUN.policy(),
            RUN.estimator(),
            1,
            RUN.phase());

    taker(run, 8 << 20).take(0, 0, WEIGHTS);

    assertThat(drain()).isEmpty();
    assertThat(counts.dropped()).isEqualTo(2);
  }

  @Test
  void aLayerThatIsTooLargeForASnapshotIsLeftOutAndToldWhatToDo() {
    LayerDescription large =
        new LayerDescription(
            "head",
            LayerKind.DENSE,
            List.of(1L << 17, 1L << 12),
            Optional.empty(),
            OptionalInt.empty());
    RunDescription run =
        new RunDescription(
            "run",
            1,
            "",
            List.of(large, TestRuns.CONV),
            RUN.schedule(),
            RUN.policy(),
            RUN.estimator(),
            1,
            RUN.phase());
    SnapshotTaker taker = taker(run, 8 << 20);

    taker.take(0, 0, WEIGHTS);

    assertThat(drain()).extracting(s -> s.id().layer()).containsExactly("conv");
    assertThat(counts.dropped()).isEqualTo(1);
    assertThat(SnapshotTaker.tooLarge(1L << 31))
        .hasValue(
            "its weights have 2147483648 bytes and a snapshot at most 2146369536: give them in 16"
                + " bits, or leave the layer out of the run");
    assertThat(SnapshotTaker.tooLarge(1L << 30)).isEmpty();
  }

  @Test
  void aNegativeStepThrowsNothingAtTheTrainingThread() {
    taker(RUN, 8 << 20).take(-1, 0, WEIGHTS);

    assertThat(counts.dropped()).isEqualTo(2);
  }

  private static ByteBuffer joined(List<ByteBuffer> parts) {
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum());
    parts.forEach(part -> all.put(part.duplicate()));
    return all.flip();
  }

  private SnapshotTaker taker(RunDescription run, long bufferBytes) {
    return new SnapshotTaker(run, new SnapshotPool(bufferBytes), queue, counts);
  }

  private static String traceOf(List<PendingSnapshot> snapshots) {
    return snapshots.get(0).traceparent();
  }

  private List<PendingSnapshot> drain() {
    List<PendingSnapshot> all = new ArrayList<>();
    for (var next = queue.poll(); next.isPresent(); next = queue.poll()) {
      all.add(next.get());
    }
    return all;
  }
}
