package io.isotherm.monitor;

import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.monitor.feed.TopicFeed;
import io.isotherm.monitor.view.MemoryLimits;
import io.isotherm.monitor.view.MonitoredRuns;
import io.isotherm.monitor.view.RunListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/** Makes what this process has one of, as the settings say, and starts and stops the feed. */
@Dependent
class MonitorBeans {

  private static final int CHECKS_PER_LEASE = 30;

  @Produces
  @Singleton
  MonitoredRuns runs(MonitorConfig config, LeaseConfig leases, RunListener listener) {
    return new MonitoredRuns(
        new MemoryLimits(
            config.maxRuns(),
            config.progressPoints(),
            config.layerPoints(),
            config.layerPointsPerRun(),
            config.spectrumBinsPerRun(),
            config.decisions()),
        leases.lease(),
        InstantSource.system(),
        listener);
  }

  @Produces
  @Singleton
  TopicFeed feed(
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      MonitorConfig config,
      LeaseConfig leases,
      MonitoredRuns runs,
      MeterRegistry metrics) {
    return new TopicFeed(
        KafkaSettings.of(kafka), checkInterval(config, leases), TopicFeed.TAIL, runs, metrics);
  }

  /** Often enough to tell a silent run from a silent broker. */
  private static Duration checkInterval(MonitorConfig config, LeaseConfig leases) {
    Duration most = leases.lease().dividedBy(CHECKS_PER_LEASE);
    return config.checkInterval().compareTo(most) < 0 ? config.checkInterval() : most;
  }

  void start(@Observes StartupEvent event, TopicFeed feed) {
    feed.start();
  }

  void stop(@Observes ShutdownEvent event, TopicFeed feed) {
    feed.stop();
  }
}
