package io.isotherm.spectral.runs;

import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * What is known of the runs, those used last, up to a number of layers in all. Safe for use by many
 * threads; nothing in it waits.
 */
public final class KnownRuns {

  /** Of how many starts of runs it is remembered that nobody described them in time. */
  private static final int UNDESCRIBED = 10_000;

  private static final float LOAD_FACTOR = 0.75f;

  /** Until everything on the topic is read, a description may be there and only not yet read. */
  private static final Duration FIRST_READING = Duration.ofSeconds(30);

  private final int maxLayers;
  private final Duration patience;
  private final Map<String, KnownRun> runs = new LinkedHashMap<>(16, LOAD_FACTOR, true);
  private final Map<Start, CompletableFuture<Void>> awaited = new HashMap<>();
  private final Map<Start, Boolean> undescribed =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Start, Boolean> eldest) {
          return size() > UNDESCRIBED;
        }
      };

  private int layers;
  private boolean allRead;

  /** One start or resume of a run. */
  private record Start(String run, long incarnation) {}

  /**
   * Of nothing.
   *
   * @param maxLayers of all runs that are remembered; the newest one is, however many it has
   * @param patience how long a chunk waits for the description that it needs
   */
  public KnownRuns(int maxLayers, Duration patience) {
    this.maxLayers = maxLayers;
    this.patience = patience;
  }

  /** Takes the next description; one of an older incarnation than is known says nothing. */
  public void add(RunDescription description) {
    List<CompletableFuture<Void>> told = new ArrayList<>();
    synchronized (this) {
      KnownRun before = runs.get(description.run());
      if (before != null && before.incarnation() > description.incarnation()) {
        return;
      }
      forget(description.run());
      KnownRun known = KnownRun.of(description);
      runs.put(description.run(), known);
      layers += known.layers().size();
      Iterator<KnownRun> eldest = runs.values().iterator();
      while (layers > maxLayers && runs.size() > 1) {
        layers -= eldest.next().layers().size();
        eldest.remove();
      }
      awaited
          .entrySet()
          .removeIf(
              entry -> {
                boolean isDescribed =
                    entry.getKey().run().equals(description.run())
                        && entry.getKey().incarnation() <= description.incarnation();
                if (isDescribed) {
                  told.add(entry.getValue());
                }
                return isDescribed;
              });
    }
    told.forEach(waiting -> waiting.complete(null));
  }

  /** Takes a tombstone, of all incarnations up to one, or of all if it names none. */
  public synchronized void bury(String run, OptionalLong incarnation) {
    KnownRun known = runs.get(run);
    if (known != null && known.incarnation() <= incarnation.orElse(Long.MAX_VALUE)) {
      forget(run);
    }
  }

  /** All that was on the topic when this process began is known. */
  public synchronized void allRead() {
    allRead = true;
  }

  /**
   * How a snapshot is measured.
   *
   * @param asked by its chunks, if they do
   */
  public synchronized EstimatorSpec estimator(SnapshotId id, Optional<EstimatorSpec> asked) {
    return asked.orElseGet(
        () ->
            Optional.ofNullable(runs.get(id.run()))
                .map(KnownRun::estimator)
                .orElse(EstimatorSpec.DEFAULT));
  }

  /** Compares a tensor with what its run says of the layer. */
  public synchronized Comparison compare(SnapshotId id, SafeTensor tensor) {
    KnownRun known = runs.get(id.run());
    return known == null || known.incarnation() != id.incarnation()
        ? new Comparison.AsDescribed()
        : known.compare(id, tensor);
  }

  /**
   * Ends when the run is described, at once if it is already. A description that does not come is
   * waited for once, and not for long.
   */
  public CompletionStage<Void> whenDescribed(SnapshotId id) {
    Start start = new Start(id.run(), id.incarnation());
    synchronized (this) {
      KnownRun known = runs.get(id.run());
      if ((known != null && known.incarnation() >= id.incarnation())
          || undescribed.containsKey(start)) {
        return CompletableFuture.completedStage(null);
      }
      return awaited.computeIfAbsent(start, this::await);
    }
  }

  private CompletableFuture<Void> await(Start start) {
    Duration atMost = allRead ? patience : FIRST_READING;
    CompletableFuture<Void> described = new CompletableFuture<>();
    CompletableFuture.delayedExecutor(atMost.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> giveUp(start, described));
    return described;
  }

  private void giveUp(Start start, CompletableFuture<Void> described) {
    synchronized (this) {
      if (awaited.remove(start, described)) {
        undescribed.put(start, true);
      }
    }
    described.complete(null);
  }

  private void forget(String run) {
    KnownRun known = runs.remove(run);
    layers -= known == null ? 0 : known.layers().size();
  }
}
