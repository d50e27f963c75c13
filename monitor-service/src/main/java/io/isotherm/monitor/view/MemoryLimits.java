package io.isotherm.monitor.view;

import io.isotherm.checks.Checks;

/**
 * How much a {@link MonitoredRuns} keeps.
 *
 * @param runs kept at most
 * @param progressPoints per series of a run, at least 2
 * @param layerPoints per series of a layer, at least 2
 * @param layerPointsPerRun per kind of series over all layers of a run
 * @param spectrumBinsPerRun over the newest spectra of all layers of a run
 * @param decisions newest ones kept per run
 */
public record MemoryLimits(
    int runs,
    int progressPoints,
    int layerPoints,
    int layerPointsPerRun,
    int spectrumBinsPerRun,
    int decisions) {

  /** Checks that there is room for anything at all. */
  public MemoryLimits {
    Checks.requirePositive("isotherm.monitor.max-runs", runs);
    requireTwo("isotherm.monitor.progress-points", progressPoints);
    requireTwo("isotherm.monitor.layer-points", layerPoints);
    Checks.requirePositive("isotherm.monitor.layer-points-per-run", layerPointsPerRun);
    Checks.requirePositive("isotherm.monitor.spectrum-bins-per-run", spectrumBinsPerRun);
    Checks.requirePositive("isotherm.monitor.decisions", decisions);
  }

  /** Points that each series of a layer gets in a run with {@code layers} layers. */
  int layerPoints(int layers) {
    return Math.max(2, Math.min(layerPoints, layerPointsPerRun / Math.max(1, layers)));
  }

  /** Bins that the spectrum of a layer gets in a run with {@code layers} layers. */
  int spectrumBins(int layers) {
    return ThinnedHistogram.bins(spectrumBinsPerRun / Math.max(1, layers));
  }

  /** Layers that a run may show before its description says which it has. */
  int undescribedLayers() {
    return Math.max(1, layerPointsPerRun / layerPoints);
  }

  private static void requireTwo(String field, int value) {
    if (value < 2) {
      throw new IllegalArgumentException(field + " must be 2 or more, got: " + value);
    }
  }
}
