package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SnapshotPoolTest {

  private static final int PAGE = 4096;

  @Test
  void aBufferIsDirectAndAsLongAsAsked() {
    ByteBuffer buffer = new SnapshotPool(PAGE).acquire(1000).orElseThrow();

    assertThat(buffer.isDirect()).isTrue();
    assertThat(buffer.position()).isZero();
    assertThat(buffer.remaining()).isEqualTo(1000);
  }

  @Test
  void aBufferThatCameBackIsUsedAgain() {
    SnapshotPool pool = new SnapshotPool(PAGE);
    ByteBuffer first = pool.acquire(1000).orElseThrow();
    first.position(500);
    pool.release(first);

    ByteBuffer second = pool.acquire(2000).orElseThrow();

    assertThat(second).isSameAs(first);
    assertThat(second.position()).isZero();
    assertThat(second.remaining()).isEqualTo(2000);
  }

  @Test
  void nothingIsHandedOutAboveTheBound() {
    SnapshotPool pool = new SnapshotPool(2 * PAGE);
    assertThat(pool.acquire(PAGE)).isPresent();
    assertThat(pool.acquire(PAGE)).isPresent();

    assertThat(pool.acquire(1)).isEmpty();
    assertThat(pool.allocatedBytes()).isEqualTo(2 * PAGE);
  }

  @Test
  void aFreeBufferOfAnotherSizeMakesRoom() {
    SnapshotPool pool = new SnapshotPool(2 * PAGE);
    pool.release(pool.acquire(PAGE).orElseThrow());

    assertThat(pool.acquire(2 * PAGE)).isPresent();
    assertThat(pool.allocatedBytes()).isEqualTo(2 * PAGE);
  }

  @Test
  void whatNeverFitsIsKnownBeforehand() {
    SnapshotPool pool = new SnapshotPool(2 * PAGE);

    assertThat(pool.couldHold(2 * PAGE)).isTrue();
    assertThat(pool.couldHold(2 * PAGE + 1)).isFalse();
    assertThat(pool.couldHold(Integer.MAX_VALUE)).isFalse();
  }

  @Test
  void layerThatTheSystemHasNoMemoryForDoesNotKeepSmallerOnesOut() {
    // Given a system with less memory than the pool may take
    SnapshotPool pool =
        new SnapshotPool(
            64 * PAGE,
            capacity -> {
              if (capacity > 10 * PAGE) {
                throw new OutOfMemoryError("Cannot reserve " + capacity + " bytes");
              }
              return ByteBuffer.allocateDirect(capacity);
            });

    assertThat(pool.acquire(20 * PAGE)).isEmpty();

    assertThat(pool.couldHold(20 * PAGE)).isFalse();
    assertThat(pool.acquire(5 * PAGE)).isPresent();
    assertThat(pool.allocatedBytes()).isEqualTo(5 * PAGE);
  }

  @Test
  @Timeout(60)
  void noBufferIsInTwoHandsWhileOneThreadTakesAndAnotherGivesBack() throws Exception {
    SnapshotPool pool = new SnapshotPool(8 * PAGE);
    ConcurrentLinkedQueue<ByteBuffer> handedOver = new ConcurrentLinkedQueue<>();
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger torn = new AtomicInteger();
    CompletableFuture<Void> publisher =
        CompletableFuture.runAsync(
            () -> {
              while (!done.get() || !handedOver.isEmpty()) {
                ByteBuffer buffer = handedOver.poll();
                if (buffer != null) {
                  if (buffer.getInt(0) != buffer.getInt(buffer.limit() - 4)) {
                    torn.incrementAndGet();
                  }
                  pool.release(buffer);
                }
              }
            });

    int handed = 0;
    for (int i = 0; i < 200_000; i++) {
      var buffer = pool.acquire(i % 3 == 0 ? 2 * PAGE : PAGE);
      if (buffer.isPresent()) {
        buffer.get().putInt(0, i).putInt(buffer.get().limit() - 4, i);
        handedOver.add(buffer.get());
        handed++;
      }
    }
    done.set(true);
    publisher.get(50, TimeUnit.SECONDS);

    assertThat(torn).hasValue(0);
    assertThat(handed).isPositive();
    assertThat(pool.allocatedBytes()).isBetween(1L, 8L * PAGE);
  }
}
