package io.isotherm.kafka.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaSettingsTest {

  static final String JAAS =
      "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"anna\" password=\"s3cret\";";

  @ParameterizedTest
  @ValueSource(strings = {"a:1", "a:1,b:2", "a:1, b:2", "[::1]:9092", "10.0.0.1:9092"})
  void addressesOfBrokersAreTaken(String servers) {
    assertThat(KafkaSettings.at(servers).requireConsistent().bootstrapServers()).isEqualTo(servers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a:", ":1", "a:0", "a:70000", "a:1,,b:2", "http//a:x"})
  void whatIsNoAddressIsRefusedWithTheValue(String servers) {
    assertThatThrownBy(() -> KafkaSettings.at(servers).requireConsistent())
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(
            "bootstrap.servers must be host:port, or several with commas, got: '" + servers + "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          security.protocol=TLS                 | security.protocol must be one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL, got: 'TLS'
          ssl.truststore.location=/t            | ssl.truststore.location is set, but security.protocol is PLAINTEXT, which does not use it: set security.protocol to SSL (or SASL_SSL, with a login)
          sasl.mechanism=PLAIN                  | sasl.mechanism is set, but security.protocol is PLAINTEXT, which does not use it: set security.protocol to SASL_SSL (or SASL_PLAINTEXT)
          security.protocol=SSL;sasl.mechanism=PLAIN | sasl.mechanism is set, but security.protocol is SSL, which does not use it: set security.protocol to SASL_SSL
          security.protocol=SSL;ssl.truststore.location=/no/such/file | ssl.truststore.location must name a file that can be read, got: '/no/such/file'
          security.protocol=SASL_SSL;sasl.mechanism=SCRAM-SHA-512 | security.protocol SASL_SSL needs sasl.jaas.config: org.apache.kafka.common.security.scram.ScramLoginModule required username="..." password="...";
          transactional.id=mine                 | transactional.id cannot be set: Isotherm's own producers have no transactions; leave it out
          """)
  void settingsThatContradictEachOtherAreRefused(String settings, String message) {
    assertThatThrownBy(() -> KafkaSettings.of(parsed(settings)).requireConsistent())
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ScramLoginModule required username=anna password=s3cret",
        "ScramLoginModule s3cret username=anna;",
        "ScramLoginModule required username=anna password s3cret;",
        "s3cret"
      })
  void loginThatCannotBeReadIsRefusedWithoutTheSecret(String jaas) {
    // When
    Throwable refused =
        catchThrowable(
            () ->
                KafkaSettings.at("a:1")
                    .with("security.protocol", "SASL_PLAINTEXT")
                    .with("sasl.jaas.config", jaas)
                    .requireConsistent());

    // Then
    assertThat(refused).isInstanceOf(InvalidSettingsException.class);
    assertThat(refused).hasStackTraceContaining("sasl.jaas.config");
    assertThat(stackTrace(refused)).doesNotContain("s3cret");
  }

  @Test
  void textNamesTheSettingsAndNoValue() {
    KafkaSettings settings =
        new KafkaSettings(
            "a:1",
            Map.of(
                "security.protocol", "SASL_PLAINTEXT",
                "sasl.mechanism", "SCRAM-SHA-512",
                "sasl.jaas.config", JAAS));

    assertThat(settings.toString())
        .isEqualTo(
            "KafkaSettings[bootstrapServers=a:1, properties=[sasl.jaas.config, sasl.mechanism, security.protocol]]");
  }

  private static Map<String, String> parsed(String settings) {
    Map<String, String> parsed = new java.util.HashMap<>(Map.of("bootstrap.servers", "a:1"));
    for (String setting : settings.strip().split(";")) {
      String[] both = setting.split("=", 2);
      parsed.put(both[0], both[1]);
    }
    return parsed;
  }

  private static String stackTrace(Throwable thrown) {
    java.io.StringWriter text = new java.io.StringWriter();
    thrown.printStackTrace(new java.io.PrintWriter(text));
    return text.toString();
  }
}
