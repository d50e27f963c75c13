package io.isotherm.kafka;

import static io.isotherm.kafka.Runs.described;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.embeddedkafka.BrokerOptions;
import io.isotherm.embeddedkafka.BrokerSecurity.Listener;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.embeddedkafka.SelfSigned;
import io.isotherm.kafka.reading.TopicScan;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics, producers and readers over a broker with TLS and logins. */
class SecuredBrokerTest {

  private static final String SECRET = "annas-secret";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private static Path directory;

  private static SelfSigned certificates;
  private static EmbeddedKafka broker;

  @BeforeAll
  static void startBroker() {
    certificates = SelfSigned.in(directory);
    broker =
        EmbeddedKafka.start(
            BrokerOptions.PLAIN.with(certificates.security(Map.of("anna", SECRET))));
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void userWithAPasswordCreatesTopicsWritesAndReads() throws Exception {
    writesAndReads(login(SECRET), "by-login");
  }

  @Test
  void clientWithACertificateCreatesTopicsWritesAndReads() throws Exception {
    writesAndReads(
        tls(Listener.SSL, "SSL")
            .with("ssl.keystore.location", certificates.client().toString())
            .with("ssl.keystore.password", SelfSigned.PASSWORD)
            .with("ssl.key.password", SelfSigned.PASSWORD),
        "by-certificate");
  }

  @Test
  void wrongPasswordIsOneLineWithoutThePassword() {
    // When
    Throwable provisioning =
        catchThrowable(() -> TopicProvisioner.provision(login("wrong-secret"), PATIENCE));
    Throwable reading = catchThrowable(() -> read(login("wrong-secret"), "r"));

    // Then
    String message =
        "the broker at %s refuses the login (Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512): check user and password in sasl.jaas.config, and sasl.mechanism"
            .formatted(broker.bootstrapServers(Listener.SASL_SSL));
    assertThat(provisioning).isInstanceOf(BrokerException.class).hasMessage(message);
    assertThat(reading).isInstanceOf(BrokerException.class).hasMessage(message);
  }

  @Test
  void certificateThatIsNotTrustedIsOneLine() {
    // Given
    KafkaSettings settings =
        login(SECRET).with("ssl.truststore.location", certificates.trustingClient().toString());

    // When
    Throwable refused = catchThrowable(() -> TopicProvisioner.provision(settings, PATIENCE));

    // Then
    assertThat(refused)
        .isInstanceOf(BrokerException.class)
        .hasMessageStartingWith(
            "no TLS connection to the broker at "
                + broker.bootstrapServers(Listener.SASL_SSL)
                + " (")
        .hasMessageContaining("check ssl.truststore.location")
        .hasMessageNotContaining("\n");
  }

  @Test
  void clientWithoutACertificateIsRefusedInOneLine() {
    // When
    Throwable refused =
        catchThrowable(() -> TopicProvisioner.provision(tls(Listener.SSL, "SSL"), PATIENCE));

    // Then
    assertThat(refused)
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("ssl.keystore.location if the broker asks for a certificate")
        .hasMessageNotContaining("\n");
  }

  @Test
  void clientWithoutTlsIsToldWhatItsProtocolIs() {
    // When
    Throwable refused =
        catchThrowable(
            () ->
                TopicProvisioner.provision(
                    KafkaSettings.at(broker.bootstrapServers(Listener.SASL_SSL)),
                    Duration.ofSeconds(2)));

    // Then
    assertThat(refused)
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("security.protocol is to be PLAINTEXT");
  }

  private static void writesAndReads(KafkaSettings settings, String run) throws Exception {
    // When
    TopicProvisioner.provision(settings, PATIENCE);
    try (Producer<String, byte[]> producer = KafkaClients.producer(settings, "test", Map.of())) {
      producer.send(KafkaRecords.toSend(Messages.RUNS.encode(described(run, 1)))).get();
    }

    // Then
    assertThat(read(settings, run)).isTrue();
  }

  private static boolean read(KafkaSettings settings, String run) {
    try (TopicScan scan = TopicScan.open(settings, "test")) {
      return scan.find(run).description().isPresent();
    }
  }

  private static KafkaSettings login(String password) {
    return tls(Listener.SASL_SSL, "SASL_SSL")
        .with("sasl.mechanism", "SCRAM-SHA-512")
        .with(
            "sasl.jaas.config",
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"anna\" password=\"%s\";"
                .formatted(password));
  }

  private static KafkaSettings tls(Listener listener, String protocol) {
    return KafkaSettings.at(broker.bootstrapServers(listener))
        .with("security.protocol", protocol)
        .with("ssl.truststore.location", certificates.trustingBroker().toString())
        .with("ssl.truststore.password", SelfSigned.PASSWORD)
        // One of the settings that only a producer has: others are not told.
        .with("linger.ms", "1");
  }
}
