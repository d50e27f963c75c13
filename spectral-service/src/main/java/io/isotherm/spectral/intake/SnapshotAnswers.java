package io.isotherm.spectral.intake;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.spectral.answer.Answer;
import io.isotherm.spectral.answer.DeadLetter;
import io.isotherm.spectral.answer.Objection;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.runs.KnownRuns;
import io.isotherm.spectral.work.AnalysisJob;
import java.util.List;
import java.util.Optional;

/** What is answered where a snapshot does not come to be analysed. */
final class SnapshotAnswers {

  private final KnownRuns runs;

  SnapshotAnswers(KnownRuns runs) {
    this.runs = runs;
  }

  /** A first chunk of a snapshot that is older than a known one; nothing of it is kept. */
  Answer outdated(SnapshotChunk chunk, Receipt receipt, SnapshotId newer) {
    return Answer.of(
        new LayerOutcome(chunk.id(), estimator(chunk), supersededBy(newer)), List.of(receipt));
  }

  /**
   * A job that a newer one has replaced in the queue. Of a snapshot that came twice, only the
   * records are done: its outcome is still to come.
   */
  Answer replaced(AnalysisJob older, AnalysisJob newer) {
    return older.id().equals(newer.id())
        ? Answer.ofNothing(older.receipts())
        : Answer.of(older.outcome(supersededBy(newer.id())), older.receipts());
  }

  /**
   * A failed layer; the record of its last chunk is put aside.
   *
   * @param receipts of all its chunks, that of the last one at the end
   */
  Answer failed(
      SnapshotChunk last,
      List<Receipt> receipts,
      DeadLetter.Kind kind,
      Objection.Kind objection,
      String reason) {
    Receipt receipt = receipts.get(receipts.size() - 1);
    return new Answer(
        Optional.of(new LayerOutcome(last.id(), estimator(last), new Outcome.Failed(reason))),
        Optional.of(new DeadLetter(kind, receipt, last.payload(), reason)),
        Optional.of(Objection.of(objection, last.id(), receipt, reason)),
        receipts);
  }

  /** A complete snapshot of a layer that is not what its run describes. */
  Answer contradicted(SnapshotChunk last, List<Receipt> receipts, String reason) {
    Receipt receipt = receipts.get(receipts.size() - 1);
    return new Answer(
        Optional.of(new LayerOutcome(last.id(), estimator(last), new Outcome.Failed(reason))),
        Optional.empty(),
        Optional.of(Objection.of(Objection.Kind.CONTRADICTION, last.id(), receipt, reason)),
        receipts);
  }

  /** A complete snapshot of a layer that its run describes as one without alpha. */
  Answer skipped(SnapshotChunk last, List<Receipt> receipts, String reason) {
    return Answer.of(
        new LayerOutcome(last.id(), estimator(last), new Outcome.Skipped(reason)), receipts);
  }

  /** An incomplete snapshot that is given up. */
  Answer givenUp(SnapshotId id, Incomplete known, String progress, String why) {
    String reason = "%s is incomplete: %s, %s".formatted(id, progress, why);
    return incomplete(id, known, new Outcome.Failed(reason), reason);
  }

  /** An incomplete snapshot that a newer one has ended. */
  Answer abandoned(SnapshotId id, Incomplete known, String progress, SnapshotId newer) {
    String reason = "%s is incomplete: %s, a newer one began: %s".formatted(id, progress, newer);
    return incomplete(id, known, supersededBy(newer), reason);
  }

  private Answer incomplete(SnapshotId id, Incomplete known, Outcome outcome, String reason) {
    String unkept = reason + "; the bytes are not kept";
    return new Answer(
        Optional.of(new LayerOutcome(id, runs.estimator(id, known.estimator()), outcome)),
        Optional.of(new DeadLetter(DeadLetter.Kind.INCOMPLETE, known.newest(), null, unkept)),
        Optional.empty(),
        known.receipts());
  }

  private EstimatorSpec estimator(SnapshotChunk chunk) {
    return runs.estimator(chunk.id(), chunk.estimator());
  }

  private static Outcome supersededBy(SnapshotId newer) {
    return new Outcome.Superseded(newer.incarnation(), newer.step());
  }
}
