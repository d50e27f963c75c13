package io.isotherm.kafka.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingSourcesTest {

  @TempDir Path directory;

  @Test
  void nearestSourceCountsSettingBySetting() throws IOException {
    // Given
    Map<String, String> environment =
        Map.of(
            "KAFKA_BOOTSTRAP_SERVERS", "environment:1",
            "KAFKA_CLIENT_ID", "environment",
            "KAFKA_RETRIES", "1",
            "KAFKA_LINGER_MS", "1");
    Map<String, String> properties =
        Map.of(
            "kafka.bootstrap.servers", "property:1",
            "kafka.client.id", "property",
            "kafka.retries", "2");
    Path file = file("bootstrap.servers=file:1", "client.id=file");

    // When
    KafkaSettings settings =
        SettingSources.of(properties, environment)
            .withFile(file)
            .withBootstrapServers("option:1")
            .settings("default:1");

    // Then
    assertThat(settings.bootstrapServers()).isEqualTo("option:1");
    assertThat(settings.properties())
        .isEqualTo(Map.of("client.id", "file", "retries", "2", "linger.ms", "1"));
  }

  @Test
  void addressIsTheDefaultIfNothingNamesOne() {
    SettingSources none = SettingSources.of(Map.of(), Map.of());

    assertThat(none.settings("default:1").bootstrapServers()).isEqualTo("default:1");
    assertThat(none.named()).isEmpty();
    assertThat(none.sourceOfAddress()).isEmpty();
  }

  @Test
  void clusterThatIsNamedSaysWhere() {
    SettingSources named =
        SettingSources.of(Map.of(), Map.of("KAFKA_BOOTSTRAP_SERVERS", "a:1,b:2"));

    assertThat(named.named()).contains(KafkaSettings.at("a:1,b:2"));
    assertThat(named.sourceOfAddress()).contains("KAFKA_BOOTSTRAP_SERVERS");
  }

  @Test
  void settingsOfAClusterThatNobodyNamesAreRefused() {
    SettingSources sources =
        SettingSources.of(Map.of(), Map.of("KAFKA_SECURITY_PROTOCOL", "SSL", "KAFKA_RETRIES", "3"));

    assertThatThrownBy(sources::named)
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(
            "KAFKA_RETRIES, KAFKA_SECURITY_PROTOCOL are set, but nothing says where the Kafka cluster is: add bootstrap.servers, or leave the other settings out to have a broker started here");
  }

  @Test
  void misspeltVariableIsRefusedWithTheSettingThatWasMeant() {
    assertThatThrownBy(() -> SettingSources.of(Map.of(), Map.of("KAFKA_SECURTY_PROTOCOL", "SSL")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(
            "KAFKA_SECURTY_PROTOCOL is no setting of a Kafka client; is it security.protocol?");
  }

  @Test
  void variablesOfOthersAreLeftAlone() {
    Map<String, String> others =
        Map.of(
            "KAFKA_OPTS", "-Xmx1g",
            "KAFKA_HEAP_OPTS", "-Xmx1g",
            "KAFKA_HOME", "/opt/kafka",
            "KAFKA_PORT", "tcp://10.0.0.1:9092",
            "KAFKA_PORT_9092_TCP_ADDR", "10.0.0.1",
            "KAFKA_SERVICE_HOST", "10.0.0.1",
            "KAFKA_LOG4J_OPTS", "-Dlog4j");

    assertThat(SettingSources.of(Map.of("kafka.logs.dir", "/tmp"), others).named()).isEmpty();
  }

  @Test
  void unknownNameInAFileIsRefusedWithTheFile() throws IOException {
    Path file = file("security.protocoll=SSL");

    assertThatThrownBy(() -> SettingSources.of(Map.of(), Map.of()).withFile(file))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(
            file
                + ": 'security.protocoll' is no setting of a Kafka client; is it security.protocol?");
  }

  @Test
  void fileThatIsNotThereIsNamed() {
    Path file = directory.resolve("missing.properties");

    assertThatThrownBy(() -> SettingSources.of(Map.of(), Map.of()).withFile(file))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage("cannot read the Kafka settings in " + file + ": there is no such file");
  }

  @Test
  void settingsSurviveTheWayThroughTheEnvironmentOfAnotherProcess() {
    // Given
    KafkaSettings settings =
        KafkaSettings.at("a:1")
            .with("security.protocol", "SASL_PLAINTEXT")
            .with("sasl.mechanism", "SCRAM-SHA-512")
            .with("sasl.jaas.config", KafkaSettingsTest.JAAS)
            .with("max.poll.records", "7");

    // When
    KafkaSettings read = SettingSources.of(Map.of(), settings.environment()).settings("other:1");

    // Then
    assertThat(read).isEqualTo(settings);
  }

  private Path file(String... lines) throws IOException {
    return Files.write(directory.resolve("client.properties"), java.util.List.of(lines));
  }
}
