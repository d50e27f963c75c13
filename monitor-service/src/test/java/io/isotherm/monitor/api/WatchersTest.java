package io.isotherm.monitor.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.isotherm.monitor.MonitorConfig;
import io.isotherm.monitor.Samples;
import io.isotherm.monitor.view.MemoryLimits;
import io.isotherm.monitor.view.MonitoredRuns;
import io.isotherm.monitor.view.RecordOrigin;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WatchersTest {

  private static final int QUEUE = 8;
  private static final RecordOrigin ORIGIN = new RecordOrigin(Instant.EPOCH, 0, false);

  private final AtomicInteger disconnected = new AtomicInteger();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Watchers watchers =
      new Watchers(config(), new ObjectMapper().registerModule(new Jdk8Module()), metrics);
  private final MonitoredRuns runs =
      new MonitoredRuns(
          new MemoryLimits(5, 10, 10, 100, 1000, 10),
          Duration.ofMinutes(15),
          InstantSource.system(),
          watchers);

  @Test
  void slowWatcherIsDisconnectedAndNobodyElseNotices() {
    runs.describe(Samples.description("run", 1), ORIGIN);
    AssertSubscriber<Watchers.Event> slow = watch(0);
    AssertSubscriber<Watchers.Event> quick = watch(Long.MAX_VALUE);

    for (int step = 1; step <= 10 * QUEUE; step++) {
      runs.progress(Samples.progress("run", 1, step), ORIGIN);
    }

    assertThat(disconnected).hasValue(1);
    assertThat(slow.getItems()).isEmpty();
    assertThat(quick.getItems()).hasSize(1 + 10 * QUEUE);
    assertThat(metrics.counter("isotherm.monitor.watchers.dropped").count()).isEqualTo(1);
  }

  @Test
  void watcherOfOneRunHearsNothingOfAnother() {
    AssertSubscriber<Watchers.Event> watcher = watch(Long.MAX_VALUE);

    runs.describe(Samples.description("other", 1), ORIGIN);

    assertThat(watcher.getItems()).extracting(Watchers.Event::name).containsExactly("hello");
  }

  @Test
  void noMoreWatchersAreServedThanAllowedUntilOneLeaves() {
    AssertSubscriber<Watchers.Event> first = watch(Long.MAX_VALUE);
    watch(Long.MAX_VALUE);

    assertThatThrownBy(() -> watchers.watch("run", () -> {}))
        .isInstanceOf(TooManyWatchersException.class);
    first.cancel();

    assertThat(watchers.watch("run", () -> {})).isNotNull();
  }

  @Test
  void runIsNotWantedOnceItsLastWatcherHasLeft() {
    AssertSubscriber<Watchers.Event> watcher = watch(Long.MAX_VALUE);
    assertThat(watchers.wants("run")).isTrue();

    watcher.cancel();

    assertThat(watchers.wants("run")).isFalse();
  }

  /** Watches the run, ready to take {@code requests} events. */
  private AssertSubscriber<Watchers.Event> watch(long requests) {
    return watchers
        .watch("run", disconnected::incrementAndGet)
        .subscribe()
        .withSubscriber(AssertSubscriber.create(requests));
  }

  private static MonitorConfig config() {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(MonitorConfig.class)
        .withDefaultValues(
            Map.of(
                "isotherm.monitor.watcher-queue",
                Integer.toString(QUEUE),
                "isotherm.monitor.max-watchers",
                "2"))
        .build()
        .getConfigMapping(MonitorConfig.class);
  }
}
