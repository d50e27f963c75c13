package io.isotherm.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MonitorConfigTest {

  @Test
  void defaultsArePinned() {
    MonitorConfig config = read(Map.of());

    assertThat(config.maxRuns()).isEqualTo(50);
    assertThat(config.progressPoints()).isEqualTo(2000);
    assertThat(config.layerPoints()).isEqualTo(500);
    assertThat(config.layerPointsPerRun()).isEqualTo(200_000);
    assertThat(config.spectrumBinsPerRun()).isEqualTo(200_000);
    assertThat(config.decisions()).isEqualTo(200);
    assertThat(config.checkInterval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.keepAlive()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.maxWatchers()).isEqualTo(200);
    assertThat(config.watcherQueue()).isEqualTo(256);
  }

  @Test
  void keysArePinned() {
    MonitorConfig config =
        read(
            Map.of(
                "isotherm.monitor.max-runs", "1",
                "isotherm.monitor.progress-points", "2",
                "isotherm.monitor.layer-points", "3",
                "isotherm.monitor.layer-points-per-run", "4",
                "isotherm.monitor.spectrum-bins-per-run", "10",
                "isotherm.monitor.decisions", "5",
                "isotherm.monitor.check-interval", "6s",
                "isotherm.monitor.keep-alive", "7s",
                "isotherm.monitor.max-watchers", "8",
                "isotherm.monitor.watcher-queue", "9"));

    assertThat(config.maxRuns()).isEqualTo(1);
    assertThat(config.progressPoints()).isEqualTo(2);
    assertThat(config.layerPoints()).isEqualTo(3);
    assertThat(config.layerPointsPerRun()).isEqualTo(4);
    assertThat(config.spectrumBinsPerRun()).isEqualTo(10);
    assertThat(config.decisions()).isEqualTo(5);
    assertThat(config.checkInterval()).isEqualTo(Duration.ofSeconds(6));
    assertThat(config.keepAlive()).isEqualTo(Duration.ofSeconds(7));
    assertThat(config.maxWatchers()).isEqualTo(8);
    assertThat(config.watcherQueue()).isEqualTo(9);
  }

  @Test
  void everySettingIsPinnedAbove() {
    assertThat(Arrays.stream(MonitorConfig.class.getDeclaredMethods()).toList()).hasSize(10);
  }

  @Test
  void leaseIsPinnedUnderTheNameThatTheSchedulerHasToo() {
    assertThat(readLease(Map.of()).lease()).isEqualTo(Duration.ofMinutes(15));
    assertThat(readLease(Map.of("isotherm.lease", "40s")).lease())
        .isEqualTo(Duration.ofSeconds(40));
    assertThat(Arrays.stream(LeaseConfig.class.getDeclaredMethods()).toList()).hasSize(1);
  }

  private static LeaseConfig readLease(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(LeaseConfig.class)
        .withDefaultValues(settings)
        .build()
        .getConfigMapping(LeaseConfig.class);
  }

  private static MonitorConfig read(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(MonitorConfig.class)
        .withDefaultValues(settings)
        .build()
        .getConfigMapping(MonitorConfig.class);
  }
}
