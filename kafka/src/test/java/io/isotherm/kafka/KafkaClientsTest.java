package io.isotherm.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.kafka.settings.KafkaSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaClientsTest {

  private static final KafkaSettings SETTINGS =
      KafkaSettings.at("host:9092")
          .with("acks", "0")
          .with("enable.idempotence", "false")
          .with("isolation.level", "read_uncommitted")
          .with("enable.auto.commit", "true")
          .with("group.id", "ours")
          .with("linger.ms", "7")
          .with("security.protocol", "SSL");

  @Test
  void whatThePromisesRestOnCannotBeChanged() {
    assertThat(KafkaClients.producerSettings(SETTINGS, "test", Map.of()))
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true)
        .containsEntry("security.protocol", "SSL");
    assertThat(KafkaClients.readerSettings(SETTINGS, "test", Map.of()))
        .containsEntry("isolation.level", "read_committed")
        .containsEntry("enable.auto.commit", false)
        .containsEntry("security.protocol", "SSL")
        .doesNotContainKey("group.id");
  }

  @Test
  void userSettingsComeOverThePartsDefaults() {
    assertThat(
            KafkaClients.producerSettings(
                SETTINGS, "test", Map.of("linger.ms", 1, "max.block.ms", 2)))
        .containsEntry("linger.ms", "7")
        .containsEntry("max.block.ms", 2);
  }

  @Test
  void clientIsToldOnlyWhatItHas() {
    assertThat(KafkaClients.readerSettings(SETTINGS, "test", Map.of()))
        .doesNotContainKeys("linger.ms", "acks");
  }
}
