package io.isotherm.scheduler;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;

/** The service's settings, read as the service reads them. */
final class TestConfig {

  private TestConfig() {}

  /** The defaults, except for what {@code overrides} says; nothing else is looked at. */
  static SchedulerConfig with(Map<String, String> overrides) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withConverter(Duration.class, 100, new DurationConverter())
        .withMapping(SchedulerConfig.class)
        .withDefaultValue("java.io.tmpdir", System.getProperty("java.io.tmpdir"))
        .withDefaultValue("quarkus.http.port", "8083")
        .withDefaultValues(overrides)
        .build()
        .getConfigMapping(SchedulerConfig.class);
  }
}
