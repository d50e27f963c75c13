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
    return mapping(SchedulerConfig.class, overrides);
  }

  static LeaseConfig lease(Map<String, String> overrides) {
    return mapping(LeaseConfig.class, overrides);
  }

  private static <T> T mapping(Class<T> type, Map<String, String> overrides) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withConverter(Duration.class, 100, new DurationConverter())
        .withMapping(type)
        .withDefaultValue("java.io.tmpdir", System.getProperty("java.io.tmpdir"))
        .withDefaultValue("quarkus.http.port", "8083")
        .withDefaultValue("smallrye.config.mapping.validate-unknown", "false")
        .withDefaultValues(overrides)
        .build()
        .getConfigMapping(type);
  }
}
