package io.isotherm.spectral.intake;

import io.isotherm.contracts.snapshot.SnapshotId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers, for the layers used last, the newest complete snapshot and the one that was answered
 * last. Only complete snapshots fence older ones: what a first chunk claims fences nobody.
 */
final class Fence {

  private final Map<String, SnapshotId> newest;
  private final Map<String, SnapshotId> answered;

  Fence(int layers) {
    newest = new Recent(layers);
    answered = new Recent(layers);
  }

  /** The newest complete snapshot of the layer, if it is newer than {@code id}. */
  Optional<SnapshotId> newerThan(SnapshotId id) {
    return Optional.ofNullable(newest.get(id.key())).filter(known -> known.isNewerThan(id));
  }

  /** {@code id} is complete; it fences older ones unless a newer one is known. */
  void advance(SnapshotId id) {
    newest.merge(id.key(), id, (known, given) -> known.isNewerThan(given) ? known : given);
  }

  /** {@code id} has its answer, or is sure to get one: chunks of it that follow are leftovers. */
  void answered(SnapshotId id) {
    answered.put(id.key(), id);
  }

  /** Whether chunks of {@code id}, its first one aside, are leftovers. */
  boolean isAnswered(SnapshotId id) {
    return id.equals(answered.get(id.key()));
  }

  /** Forgets the entry that was used longest ago when there are too many. */
  private static final class Recent extends LinkedHashMap<String, SnapshotId> {
    private static final float LOAD_FACTOR = 0.75f;

    private final int limit;

    Recent(int limit) {
      super(16, LOAD_FACTOR, true);
      this.limit = limit;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, SnapshotId> eldest) {
      return size() > limit;
    }
  }
}
