package io.isotherm.monitor;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What the monitor and the scheduler must be told alike. */
@ConfigMapping(prefix = "isotherm")
public interface LeaseConfig {

  /** For how long a run that has not ended may be silent before it is lost. */
  @WithDefault("15m")
  Duration lease();
}
