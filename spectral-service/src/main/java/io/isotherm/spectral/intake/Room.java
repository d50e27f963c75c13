package io.isotherm.spectral.intake;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** Who waits for memory, and for how long nobody has. For one thread at a time. */
final class Room {

  private final LongSupplier nanoTime;
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private long resumedNanos;

  Room(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.resumedNanos = nanoTime.getAsLong();
  }

  /** Ends when there may be room. */
  CompletableFuture<Void> await() {
    CompletableFuture<Void> room = new CompletableFuture<>();
    waiting.add(room);
    return room;
  }

  /** Whether nobody has waited for that long: only then are chunks that do not come late. */
  boolean hasBeenFreeFor(long nanos) {
    return waiting.isEmpty() && nanoTime.getAsLong() - resumedNanos >= nanos;
  }

  /** Those who may go on, to be told by the caller. */
  List<CompletableFuture<Void>> open() {
    List<CompletableFuture<Void>> all = List.copyOf(waiting);
    waiting.clear();
    if (!all.isEmpty()) {
      resumedNanos = nanoTime.getAsLong();
    }
    return all;
  }
}
