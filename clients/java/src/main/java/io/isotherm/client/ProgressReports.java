package io.isotherm.client;

import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.Progress;
import java.util.ArrayList;
import java.util.List;

/** Keeps what must not be lost of progress messages that were replaced before they left. */
final class ProgressReports {

  /** Decisions that one message carries at most; the newest are kept. */
  static final int MAX_APPLIED = 1000;

  private ProgressReports() {}

  /** The newer message, with what both have applied and the newest accuracy of both. */
  static Progress merge(Progress older, Progress newer) {
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
        newer.accuracy().isPresent() ? newer.accuracy() : older.accuracy(),
        newer.baseLearningRate(),
        newer.factors(),
        applied.subList(surplus, applied.size()),
        newer.counters(),
        newer.weightDecayFactors(),
        newer.metrics());
  }
}
