package io.isotherm.client;

import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.Progress;
import java.util.ArrayList;
import java.util.List;

/** Keeps the applied decisions of progress messages that were replaced before they left. */
final class ProgressReports {

  /** Decisions that one message carries at most; the newest are kept. */
  static final int MAX_APPLIED = 1000;

  private ProgressReports() {}

  /** The newer message, with what both have applied. */
  static Progress merge(Progress older, Progress newer) {
    if (older.applied().isEmpty()) {
      return newer;
    }
    List<AppliedDecision> applied = new ArrayList<>(older.applied());
    applied.addAll(newer.applied());
    int surplus = Math.max(0, applied.size() - MAX_APPLIED);
    return new Progress(
        newer.run(),
        newer.incarnation(),
        newer.step(),
        newer.epoch(),
        newer.totalSteps(),
        newer.loss(),
        newer.accuracy(),
        newer.baseLearningRate(),
        newer.factors(),
        applied.subList(surplus, applied.size()),
        newer.counters());
  }
}
