package io.isotherm.monitor.view;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.LogHistogram;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.Verdict;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;

/**
 * What is known of one weight layer now.
 *
 * @param name of the layer
 * @param kind if the run's description has been read
 * @param shape of the weights, in the order that the kind has; empty without a description
 * @param normLayers those that take this layer's factors
 * @param block that the layer belongs to
 * @param unmeasurable why the layer can have no alpha, if it can have none
 * @param newest the newest outcome, whatever it is
 * @param spectrum the newest one with a spectrum
 * @param rate the layer's line in the newest decision
 * @param factorInForce the factor that the trainer says it trains with
 * @param weightDecayFactorInForce the same for weight decay
 * @param shadows the layer's line in the newest decision of each shadow policy, which is never
 *     applied
 */
public record LayerRow(
    String name,
    Optional<LayerKind> kind,
    List<Long> shape,
    List<String> normLayers,
    OptionalInt block,
    Optional<String> unmeasurable,
    Optional<NewestOutcome> newest,
    Optional<Spectrum> spectrum,
    Optional<LayerRate> rate,
    OptionalDouble factorInForce,
    OptionalDouble weightDecayFactorInForce,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, LayerRate> shadows) {

  /**
   * The newest outcome of a layer.
   *
   * @param step of the snapshot
   * @param epoch of the snapshot
   * @param status {@code analysed}, {@code skipped}, {@code superseded} or {@code failed}
   * @param detail one line for the reader; empty for an analysed layer
   */
  public record NewestOutcome(long step, int epoch, String status, String detail) {

    static NewestOutcome of(LayerOutcome outcome) {
      long step = outcome.snapshot().step();
      int epoch = outcome.snapshot().epoch();
      Outcome what = outcome.outcome();
      if (what instanceof Outcome.Skipped skipped) {
        return new NewestOutcome(step, epoch, "skipped", skipped.reason());
      } else if (what instanceof Outcome.Superseded superseded) {
        return new NewestOutcome(
            step, epoch, "superseded", "by the snapshot of step " + superseded.byStep());
      } else if (what instanceof Outcome.Failed failed) {
        return new NewestOutcome(step, epoch, "failed", failed.cause());
      }
      return new NewestOutcome(step, epoch, "analysed", "");
    }
  }

  /**
   * The newest spectrum of a layer.
   *
   * @param step of the snapshot
   * @param epoch of the snapshot
   * @param fit alpha and what comes with it, without its histogram
   * @param histogram as much of it as is kept
   * @param againstChance alpha held against that of random matrices, in words; absent if no service
   *     has told
   */
  public record Spectrum(
      long step,
      int epoch,
      @JsonIgnoreProperties("histogram") Outcome.Analysed fit,
      ThinnedHistogram histogram,
      Optional<String> againstChance) {

    /** Stands for the one that was measured, which takes more memory than all the numbers. */
    private static final LogHistogram NOT_KEPT =
        new LogHistogram(0, 0, Collections.nCopies(LogHistogram.BINS, 0L));

    static Spectrum of(SnapshotId snapshot, Outcome.Analysed fit, int bins) {
      return new Spectrum(
          snapshot.step(),
          snapshot.epoch(),
          fit.with(NOT_KEPT),
          ThinnedHistogram.of(fit.histogram(), bins),
          fit.chance().map(chance -> Verdict.againstChance(chance.alphaZ()).label()));
    }
  }
}
