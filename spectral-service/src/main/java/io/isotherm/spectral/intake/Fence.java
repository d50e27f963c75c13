package io.isotherm.spectral.intake;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.spectral.offsets.OwnedPartition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers the newest complete snapshot of each layer, and which snapshots were answered; those
 * that were used last. Only complete snapshots fence older ones: what a first chunk claims fences
 * nobody.
 */
final class Fence {

  private final Map<String, SnapshotId> newest;
  private final Map<SnapshotId, OwnedPartition> answered;

  /**
   * Of nothing.
   *
   * @param limit how many layers, and how many snapshots, are remembered
   */
  Fence(int limit) {
    newest = new Recent<>(limit);
    answered = new Recent<>(limit);
  }

  /** The newest complete snapshot of the layer, if it is newer than {@code id}. */
  Optional<SnapshotId> newerThan(SnapshotId id) {
    return Optional.ofNullable(newest.get(id.key())).filter(known -> known.isNewerThan(id));
  }

  /** {@code id} is complete; it fences older ones unless a newer one is known. */
  void advance(SnapshotId id) {
    newest.merge(id.key(), id, (known, given) -> known.isNewerThan(given) ? known : given);
  }

  /**
   * {@code id} has its answer, or is sure to get one as long as its partition is not lost: chunks
   * of it that follow are leftovers.
   */
  void answered(SnapshotId id, OwnedPartition owned) {
    answered.put(id, owned);
  }

  /** Whether chunks of {@code id}, its first one aside, are leftovers. */
  boolean isAnswered(SnapshotId id, OwnedPartition owned) {
    return owned.equals(answered.get(id));
  }

  /** Forgets the entry that was used longest ago when there are too many. */
  private static final class Recent<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private static final float LOAD_FACTOR = 0.75f;

    private final int limit;

    Recent(int limit) {
      super(16, LOAD_FACTOR, true);
      this.limit = limit;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > limit;
    }
  }
}
