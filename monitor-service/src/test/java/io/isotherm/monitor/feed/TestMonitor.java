package io.isotherm.monitor.feed;

import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.monitor.view.MemoryLimits;
import io.isotherm.monitor.view.MonitoredRuns;
import io.isotherm.monitor.view.RunDetails;
import io.isotherm.monitor.view.RunListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;

/** A monitor without its page, reading from a broker. */
final class TestMonitor implements AutoCloseable {

  private final MonitoredRuns runs;
  private final TopicFeed feed;

  TestMonitor(String bootstrapServers, Duration lease, long tail, RunListener listener) {
    runs =
        new MonitoredRuns(
            new MemoryLimits(50, 200, 50, 5_000, 50_000, 20),
            lease,
            InstantSource.system(),
            listener);
    feed =
        new TopicFeed(
            KafkaSettings.at(bootstrapServers),
            Duration.ofMillis(100),
            tail,
            runs,
            new SimpleMeterRegistry());
    feed.start();
  }

  FeedStatus status() {
    return feed.status();
  }

  boolean knows(String run) {
    return runs.knows(run);
  }

  RunDetails run(String name) {
    return runs.run(name).orElseThrow();
  }

  @Override
  public void close() {
    feed.stop();
  }
}
