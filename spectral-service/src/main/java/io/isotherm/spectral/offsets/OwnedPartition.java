package io.isotherm.spectral.offsets;

import io.isotherm.contracts.snapshot.SnapshotId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One partition of {@code isotherm.snapshots}, from the moment when this process gets it until it
 * loses it. Safe for use by many threads.
 *
 * <p>The offset to commit never passes a record that is not answered. So whoever comes next finds
 * three kinds of records: those of snapshots without an answer, from their first chunk on; those of
 * snapshots whose outcome stands on {@code isotherm.spectra} behind the committed {@link
 * AnswerPositions}, which are passed over; and last chunks of snapshots that began before the
 * committed offset and so were answered, which are passed over as well.
 */
public final class OwnedPartition {

  /** Of how many layers the first snapshot is remembered. */
  private static final int LAYERS = 100_000;

  /**
   * What can be committed.
   *
   * @param offset of the first record that is not answered
   * @param answersFrom a place on {@code isotherm.spectra} before any outcome for that record or
   *     one behind it
   */
  record Committable(long offset, AnswerPositions answersFrom) {}

  private final int number;
  private final Takeover takeover;
  private final TreeSet<Long> unanswered = new TreeSet<>();
  private final NavigableMap<Long, AnswerPositions> positions = new TreeMap<>();
  private final Map<String, SnapshotId> firstOfLayer =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SnapshotId> eldest) {
          return size() > LAYERS;
        }
      };

  private long next;
  private long committed;
  private boolean putOff;
  private boolean recordsAreMissing;
  private boolean lost;

  /** A partition that has just come. */
  public OwnedPartition(int number, Takeover takeover) {
    this.number = number;
    this.takeover = takeover;
    this.next = takeover.offset();
    this.committed = takeover.offset();
    positions.put(takeover.offset(), takeover.answersFrom());
    positions.put(takeover.answeredTo(), takeover.answersTo());
  }

  /** Its number. */
  public int number() {
    return number;
  }

  /** Whether it still is this process's; if not, nothing may be published about its records. */
  public synchronized boolean isOwned() {
    return !lost;
  }

  /**
   * A record has come; to be called for each, in order. False if it is one behind a record that was
   * put off: it will come once more, and must not be taken now.
   */
  public synchronized boolean received(long offset) {
    if (putOff && offset != next) {
      return false;
    }
    putOff = false;
    recordsAreMissing |= offset > next;
    unanswered.add(offset);
    next = Math.max(next, offset + 1);
    return true;
  }

  /** The record that has come last cannot be taken yet: it and those behind it come once more. */
  public synchronized void putOff(long offset) {
    unanswered.tailSet(offset).clear();
    next = offset;
    putOff = true;
  }

  /** The partition is read again from here, or from behind it if records were deleted meanwhile. */
  public synchronized long readAgainFrom(long firstThereIs) {
    recordsAreMissing |= firstThereIs > next;
    next = Math.max(next, firstThereIs);
    return next;
  }

  /** The record has its answer. */
  public synchronized void answered(long offset) {
    unanswered.remove(offset);
  }

  /** The record that has come is a chunk of this snapshot. */
  public synchronized void received(SnapshotId id) {
    firstOfLayer.putIfAbsent(id.key(), id);
  }

  /** Whether a process before this one has answered the snapshot, as far as that is known. */
  public boolean wasAnswered(SnapshotId id) {
    return takeover.answered().containsKey(id);
  }

  /** Whether a process before this one has answered the snapshot's chunk at {@code offset}. */
  public boolean wasAnswered(SnapshotId id, long offset) {
    Long last = takeover.answered().get(id);
    return last != null && offset <= last;
  }

  /**
   * Whether a chunk whose snapshot's first one never came here is the rest of one that a process
   * before this one has answered: the offset that was committed lies between the two. It cannot be
   * if records in between were deleted unread, or if its layer had an earlier snapshot here.
   */
  public synchronized boolean isRestOfAnswered(SnapshotId id) {
    return takeover.committed() && !recordsAreMissing && id.equals(firstOfLayer.get(id.key()));
  }

  /** Whether records have come since {@link #answersHaveReached} was told something. */
  synchronized boolean hasNewRecords() {
    return next > positions.lastKey();
  }

  /**
   * {@code isotherm.spectra} has come this far, and outcomes of later records will be behind it.
   */
  synchronized void answersHaveReached(AnswerPositions now) {
    if (next >= takeover.answeredTo()) {
      positions.put(next, now);
    }
  }

  /** What can be committed; empty if that is no more than what was. */
  synchronized Optional<Committable> committable() {
    long offset = unanswered.isEmpty() ? next : unanswered.first();
    if (offset <= committed) {
      return Optional.empty();
    }
    Map.Entry<Long, AnswerPositions> from = positions.floorEntry(offset);
    positions.headMap(from.getKey()).clear();
    return Optional.of(new Committable(offset, from.getValue()));
  }

  /** The commit was done. */
  synchronized void committed(long offset) {
    committed = Math.max(committed, offset);
  }

  /** It is no longer this process's; answers that are on their way may still be acknowledged. */
  public synchronized void lose() {
    lost = true;
  }
}
