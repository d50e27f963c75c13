package io.isotherm.monitor;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The monitor's settings. Every bound is a bound on memory: what does not fit is thinned out. */
@ConfigMapping(prefix = "isotherm.monitor")
public interface MonitorConfig {

  /**
   * Runs kept in memory; beyond it the one heard of longest ago is forgotten, first of the lost
   * ones, then of those that have ended.
   */
  @WithDefault("50")
  int maxRuns();

  /** Points kept of a run's loss, accuracy and base learning rate, each; at least 2. */
  @WithDefault("2000")
  int progressPoints();

  /**
   * Points kept of a layer's alpha, factor and learning rate, each; at least 2. A run with very
   * many layers keeps fewer, see {@link #layerPointsPerRun}.
   */
  @WithDefault("500")
  int layerPoints();

  /** Points of one kind kept over all layers of a run, but never fewer than 2 a layer. */
  @WithDefault("200000")
  int layerPointsPerRun();

  /**
   * Bins of newest spectra kept over all layers of a run. Where there is less room than for the 100
   * bins of each layer, neighbours are added up, but never to fewer than 10 bins a layer.
   */
  @WithDefault("200000")
  int spectrumBinsPerRun();

  /** Newest decisions of a run that are kept. */
  @WithDefault("200")
  int decisions();

  /** How often topics, partitions and the broker's answer are looked at. */
  @WithDefault("10s")
  Duration checkInterval();

  /** How often a quiet stream of events says that it is alive. */
  @WithDefault("15s")
  Duration keepAlive();

  /** Streams of events served at once. */
  @WithDefault("200")
  int maxWatchers();

  /** Events that wait for one client; one more, and the client is disconnected. */
  @WithDefault("256")
  int watcherQueue();
}
