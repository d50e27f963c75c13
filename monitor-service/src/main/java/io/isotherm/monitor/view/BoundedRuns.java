package io.isotherm.monitor.view;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * As many runs as there is room for. Full, it forgets the one heard of longest ago: first of the
 * lost ones, then of those that have ended, and last of all of those that run.
 */
final class BoundedRuns {

  /** Descriptions come before everything else, and only what comes then says whom to keep. */
  private static final int ROOM_AT_FIRST = 20;

  private final MemoryLimits limits;
  private final Leases leases;
  private final Map<String, RememberedRun> byName = new HashMap<>();
  private int room;

  BoundedRuns(MemoryLimits limits, Leases leases) {
    this.limits = limits;
    this.leases = leases;
    this.room = ROOM_AT_FIRST * limits.runs();
  }

  /** From now on there is room for as many runs as the limits say. */
  void closeRoomForMore() {
    room = limits.runs();
    while (byName.size() > room) {
      byName.remove(firstToGo().name());
    }
  }

  /**
   * The run, new if there is room or someone else can go; empty if all others are newer, or if all
   * that is heard is history.
   */
  Optional<RememberedRun> admit(String name, RecordOrigin origin) {
    RememberedRun known = byName.get(name);
    if (known != null || origin.history()) {
      return Optional.ofNullable(known);
    }
    if (byName.size() >= room) {
      RememberedRun victim = firstToGo();
      if (victim.updated().isAfter(origin.writtenAt())) {
        return Optional.empty();
      }
      byName.remove(victim.name());
    }
    RememberedRun run = new RememberedRun(name, limits);
    byName.put(name, run);
    return Optional.of(run);
  }

  Optional<RememberedRun> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  void remove(String name) {
    byName.remove(name);
  }

  Stream<RememberedRun> stream() {
    return byName.values().stream();
  }

  /** Those that run, then by incarnation: while runs report, a list of them stands still. */
  Stream<RememberedRun> runningFirst() {
    return stream()
        .sorted(
            Comparator.comparing((RememberedRun run) -> run.phase(leases) == ShownPhase.RUNNING)
                .thenComparing(RememberedRun::incarnation)
                .reversed()
                .thenComparing(RememberedRun::name));
  }

  private RememberedRun firstToGo() {
    return stream()
        .min(
            Comparator.comparing((RememberedRun run) -> run.phase(leases).worthKeeping())
                .thenComparing(RememberedRun::updated))
        .orElseThrow();
  }
}
