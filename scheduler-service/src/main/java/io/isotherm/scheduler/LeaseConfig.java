package io.isotherm.scheduler;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** When a trainer is given up. The monitor reads the same key. */
@ConfigMapping(prefix = "isotherm")
public interface LeaseConfig {

  /**
   * How long a run's trainer may be silent until the run is lost: progress, a description and
   * outcomes of its snapshots are signs of life. Only time in which the scheduler listens counts.
   */
  @WithDefault("15m")
  Duration lease();
}
