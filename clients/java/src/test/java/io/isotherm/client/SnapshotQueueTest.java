package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.safetensors.DType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SnapshotQueueTest {

  private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

  @Test
  void theOldestComesFirst() {
    SnapshotQueue queue = new SnapshotQueue(3);

    queue.add(snapshot(1));
    queue.add(snapshot(2));

    assertThat(steps(queue)).containsExactly(1L, 2L);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void aFullQueueGivesUpTheOldestForTheNewest() {
    SnapshotQueue queue = new SnapshotQueue(2);
    queue.add(snapshot(1));
    queue.add(snapshot(2));

    Optional<PendingSnapshot> dropped = queue.add(snapshot(3));

    assertThat(dropped.map(s -> s.id().step())).contains(1L);
    assertThat(steps(queue)).containsExactly(2L, 3L);
  }

  @Test
  @Timeout(60)
  void everySnapshotEndsInExactlyOnePlaceWhileBothThreadsTake() throws Exception {
    int count = 300_000;
    SnapshotQueue queue = new SnapshotQueue(16);
    AtomicBoolean added = new AtomicBoolean();
    CompletableFuture<List<Long>> publisher =
        CompletableFuture.supplyAsync(
            () -> {
              List<Long> published = new ArrayList<>();
              while (!added.get() || !queue.isEmpty()) {
                queue.poll().ifPresent(s -> published.add(s.id().step()));
              }
              return published;
            });

    List<Long> dropped = new ArrayList<>();
    for (int step = 0; step < count; step++) {
      queue.add(snapshot(step)).ifPresent(s -> dropped.add(s.id().step()));
    }
    added.set(true);
    List<Long> published = publisher.get(50, TimeUnit.SECONDS);

    assertThat(published).isSorted();
    assertThat(dropped).isSorted();
    assertThat(published.size() + dropped.size()).isEqualTo(count);
    boolean[] seen = new boolean[count];
    for (List<Long> place : List.of(published, dropped)) {
      for (long step : place) {
        assertThat(seen[(int) step]).isFalse();
        seen[(int) step] = true;
      }
    }
  }

  @Test
  void neverMoreWaitThanTheCapacity() {
    SnapshotQueue queue = new SnapshotQueue(5);

    for (int step = 0; step < 100; step++) {
      queue.add(snapshot(step));
    }

    assertThat(steps(queue)).containsExactly(95L, 96L, 97L, 98L, 99L);
  }

  private static List<Long> steps(SnapshotQueue queue) {
    List<Long> steps = new ArrayList<>();
    for (var next = queue.poll(); next.isPresent(); next = queue.poll()) {
      steps.add(next.get().id().step());
    }
    return steps;
  }

  private static PendingSnapshot snapshot(long step) {
    return new PendingSnapshot(
        new SnapshotId("run", 1, step, 0, "layer"), "", DType.F32, List.of(), NO_BYTES);
  }
}
