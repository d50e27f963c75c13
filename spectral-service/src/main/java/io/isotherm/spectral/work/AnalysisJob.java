package io.isotherm.spectral.work;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.assembly.AssemblyResult;
import java.util.List;

/**
 * One layer to analyse.
 *
 * @param complete whose bytes are given back when the job is done
 * @param tensor a view of those bytes
 * @param estimator how alpha is measured
 * @param receipts of all chunks, to acknowledge when the outcome is published
 */
public record AnalysisJob(
    AssemblyResult.Complete complete,
    SafeTensor tensor,
    EstimatorSpec estimator,
    List<Receipt> receipts) {

  /** Copies the list. */
  public AnalysisJob {
    receipts = List.copyOf(receipts);
  }

  /** Whose weights. */
  public SnapshotId id() {
    return complete.id();
  }

  /** The partition that the chunks came from. */
  public int partition() {
    return receipts.get(0).partition();
  }

  /** What is published when {@code outcome} is what became of the job. */
  public LayerOutcome outcome(Outcome outcome) {
    return new LayerOutcome(id(), estimator, outcome);
  }
}
