package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.kafka.settings.KafkaSettings;
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
                KafkaSettings.at("host:9092"),
                268_435_456,
                256,
                new FactorBounds(0.01, 100),
                Duration.ofSeconds(5)));
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
        .isEqualTo(
            new ClientConfig(
                new KafkaSettings("host:9092", Map.of("a", "b")),
                1,
                2,
                new FactorBounds(0.5, 2),
                Duration.ZERO));
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
}
