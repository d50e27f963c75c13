package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientConfigTest {

  private static final ClientConfig DEFAULTS = ClientConfig.of("host:9092");

  @Test
  void theDefaultsArePinned() {
    assertThat(DEFAULTS)
        .isEqualTo(
            new ClientConfig(
                "host:9092", Map.of(), 268_435_456, 256, 0.01, 100, Duration.ofSeconds(5)));
  }

  @Test
  void eachSettingCanBeChangedAlone() {
    assertThat(
            DEFAULTS
                .withKafkaProperty("a", "b")
                .withBufferBytes(1)
                .withQueueCapacity(2)
                .withFactorBounds(0.5, 2)
                .withCloseTimeout(Duration.ZERO))
        .isEqualTo(new ClientConfig("host:9092", Map.of("a", "b"), 1, 2, 0.5, 2, Duration.ZERO));
  }

  @Test
  void passwordsAreNotShown() {
    ClientConfig config = DEFAULTS.withKafkaProperty("sasl.jaas.config", "password=\"secret\"");

    assertThat(config.toString()).contains("sasl.jaas.config").doesNotContain("secret");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.withFactorBounds(2, 1))
        .withMessage("minFactor of the client must not exceed maxFactor 1.0, got: 2.0");
    assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withFactorBounds(0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withBufferBytes(0));
    assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withQueueCapacity(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULTS.withCloseTimeout(Duration.ofSeconds(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> ClientConfig.of(" "));
  }

  @Test
  void whatThePromisesRestOnCannotBeChanged() {
    ClientConfig config =
        DEFAULTS
            .withKafkaProperty("acks", "0")
            .withKafkaProperty("enable.idempotence", "false")
            .withKafkaProperty("isolation.level", "read_uncommitted")
            .withKafkaProperty("security.protocol", "SSL");

    assertThat(KafkaSettings.producer(config, "run"))
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", "true")
        .containsEntry("security.protocol", "SSL");
    assertThat(KafkaSettings.consumer(config, "run"))
        .containsEntry("isolation.level", "read_committed")
        .containsEntry("security.protocol", "SSL");
  }
}
