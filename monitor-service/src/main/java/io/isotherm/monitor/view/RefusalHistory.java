package io.isotherm.monitor.view;

import io.isotherm.contracts.refusal.Refusal;
import java.util.List;
import java.util.TreeMap;

/** The newest refusals of a run, whatever order they are read in, and how many there were. */
final class RefusalHistory {

  private static final int MOST = 20;

  private final TreeMap<Long, RefusalRow> byOffset = new TreeMap<>();
  private long count;

  void add(Refusal refusal, RecordOrigin origin) {
    count++;
    byOffset.put(origin.offset(), new RefusalRow(origin.writtenAt().toEpochMilli(), refusal));
    if (byOffset.size() > MOST) {
      byOffset.pollFirstEntry();
    }
  }

  /** All that were read. */
  long count() {
    return count;
  }

  /** The newest ones, oldest first. */
  List<RefusalRow> newest() {
    return List.copyOf(byOffset.values());
  }
}
