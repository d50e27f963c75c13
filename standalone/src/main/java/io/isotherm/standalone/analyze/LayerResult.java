package io.isotherm.standalone.analyze;

import io.isotherm.contracts.spectrum.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * What became of one layer.
 *
 * @param layer the tensor's name
 * @param shape of the tensor
 * @param outcome numbers, or the reason why there are none
 * @param cpuNanos time of the thread that read and analysed it
 */
record LayerResult(String layer, List<Long> shape, Outcome outcome, long cpuNanos) {

  /** The numbers, if there are any. */
  Optional<Outcome.Analysed> numbers() {
    return outcome instanceof Outcome.Analysed analysed ? Optional.of(analysed) : Optional.empty();
  }

  /** One of {@code analysed}, {@code skipped} and {@code failed}. */
  String status() {
    if (outcome instanceof Outcome.Analysed) {
      return "analysed";
    }
    return outcome instanceof Outcome.Skipped ? "skipped" : "failed";
  }

  /** Why there are no numbers. */
  Optional<String> reason() {
    if (outcome instanceof Outcome.Skipped skipped) {
      return Optional.of(skipped.reason());
    }
    return outcome instanceof Outcome.Failed failed
        ? Optional.of(failed.cause())
        : Optional.empty();
  }
}
