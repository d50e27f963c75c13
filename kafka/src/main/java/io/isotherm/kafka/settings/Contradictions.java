package io.isotherm.kafka.settings;

import io.isotherm.checks.OneLine;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * Settings that cannot hold together. Kafka's clients would take many of them, leave some aside
 * without a word, and then wait for a broker that never answers.
 */
final class Contradictions {

  static final String PLAINTEXT = SecurityProtocol.PLAINTEXT.name;

  private static final String JAAS_FILE = "java.security.auth.login.config";
  private static final List<String> FILES =
      List.of(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG);

  /** Settings that say how TLS is done, and are of no use where it is not done at all. */
  private static final List<String> TLS_ONLY =
      List.of(
          SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
          SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG,
          SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
          SslConfigs.SSL_KEYSTORE_KEY_CONFIG);

  /** Settings that say who logs in, and are of no use where nobody does. */
  private static final List<String> LOGIN_ONLY =
      List.of(SaslConfigs.SASL_JAAS_CONFIG, SaslConfigs.SASL_MECHANISM);

  private Contradictions() {}

  static void refuse(Map<String, String> settings) {
    SecurityProtocol protocol = protocol(settings);
    boolean tls = protocol == SecurityProtocol.SSL || protocol == SecurityProtocol.SASL_SSL;
    boolean login =
        protocol == SecurityProtocol.SASL_PLAINTEXT || protocol == SecurityProtocol.SASL_SSL;
    if (!tls) {
      refuseAny(
          settings, TLS_ONLY, protocol, login ? "SASL_SSL" : "SSL (or SASL_SSL, with a login)");
    }
    if (!login) {
      refuseAny(settings, LOGIN_ONLY, protocol, tls ? "SASL_SSL" : "SASL_SSL (or SASL_PLAINTEXT)");
    }
    FILES.forEach(name -> requireFile(name, settings.get(name)));
    if (login) {
      requireLogin(settings);
    }
    if (settings.containsKey(ProducerConfig.TRANSACTIONAL_ID_CONFIG)) {
      throw new InvalidSettingsException(
          "transactional.id cannot be set: Isotherm's own producers have no transactions; leave it out");
    }
  }

  private static SecurityProtocol protocol(Map<String, String> settings) {
    String name = settings.getOrDefault(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, PLAINTEXT);
    try {
      return SecurityProtocol.forName(name.strip());
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(
          "security.protocol must be one of %s, got: %s"
              .formatted(String.join(", ", SecurityProtocol.names()), OneLine.quoted(name)));
    }
  }

  private static void refuseAny(
      Map<String, String> settings, List<String> names, SecurityProtocol protocol, String wanted) {
    for (String name : names) {
      if (settings.containsKey(name)) {
        throw new InvalidSettingsException(
            "%s is set, but security.protocol is %s, which does not use it: set security.protocol to %s"
                .formatted(name, protocol.name, wanted));
      }
    }
  }

  private static void requireFile(String setting, String file) {
    if (file == null) {
      return;
    }
    try {
      if (Files.isReadable(Path.of(file))) {
        return;
      }
    } catch (InvalidPathException e) {
      // Not a file either.
    }
    throw new InvalidSettingsException(
        "%s must name a file that can be read, got: %s".formatted(setting, OneLine.quoted(file)));
  }

  private static void requireLogin(Map<String, String> settings) {
    String mechanism =
        settings.getOrDefault(SaslConfigs.SASL_MECHANISM, SaslConfigs.DEFAULT_SASL_MECHANISM);
    String jaas = settings.get(SaslConfigs.SASL_JAAS_CONFIG);
    if (jaas == null) {
      if (System.getProperty(JAAS_FILE) == null) {
        throw new InvalidSettingsException(
            "security.protocol %s needs sasl.jaas.config: %s"
                .formatted(
                    settings.get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG),
                    jaasForm(mechanism)));
      }
      return;
    }
    Map<String, Object> parsed = new HashMap<>();
    parsed.put(SaslConfigs.SASL_JAAS_CONFIG, new Password(jaas));
    try {
      JaasContext.loadClientContext(parsed);
    } catch (IllegalArgumentException | KafkaException e) {
      // What the parser says can quote the text, and a password with it.
      throw new InvalidSettingsException(
          "sasl.jaas.config cannot be read, it must have the form: " + jaasForm(mechanism));
    }
  }

  private static String jaasForm(String mechanism) {
    String module =
        mechanism.toUpperCase(Locale.ROOT).startsWith("SCRAM")
            ? "org.apache.kafka.common.security.scram.ScramLoginModule"
            : "org.apache.kafka.common.security.plain.PlainLoginModule";
    return module + " required username=\"...\" password=\"...\";";
  }
}
