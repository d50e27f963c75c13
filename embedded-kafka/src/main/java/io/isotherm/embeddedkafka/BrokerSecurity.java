package io.isotherm.embeddedkafka;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Two listeners beside the plain one: one with TLS and a login by SCRAM, one with TLS that asks for
 * the client's certificate.
 *
 * @param keystore PKCS12, the broker's certificate with its key
 * @param truststore PKCS12, whose certificates clients may show
 * @param password of both files
 * @param users passwords by user, for the login
 */
public record BrokerSecurity(
    Path keystore, Path truststore, String password, Map<String, String> users) {

  private static final String MECHANISM = "SCRAM-SHA-512";

  /** Copies the users. */
  public BrokerSecurity {
    users = Map.copyOf(users);
  }

  /** How clients reach the broker. */
  public enum Listener {
    /** TLS, and a user with a password. */
    SASL_SSL,
    /** TLS, and the client's own certificate. */
    SSL
  }

  /** The users without their passwords. */
  @Override
  public String toString() {
    return "BrokerSecurity[keystore=%s, truststore=%s, users=%s]"
        .formatted(keystore, truststore, users.keySet());
  }

  /** Adds the broker's settings, but for its listeners' addresses. */
  void addTo(Properties config) {
    config.setProperty("sasl.enabled.mechanisms", MECHANISM);
    config.setProperty(
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    config.setProperty("listener.name.ssl.ssl.client.auth", "required");
    for (String store : List.of("keystore", "truststore")) {
      config.setProperty("ssl." + store + ".type", "PKCS12");
      config.setProperty("ssl." + store + ".password", password);
    }
    config.setProperty("ssl.keystore.location", keystore.toString());
    config.setProperty("ssl.key.password", password);
    config.setProperty("ssl.truststore.location", truststore.toString());
  }

  /** What the directory is formatted with, so that the users are there from the first start on. */
  List<String> formatArguments() {
    List<String> arguments = new ArrayList<>();
    users.forEach(
        (user, secret) -> {
          arguments.add("--add-scram");
          arguments.add("%s=[name=%s,password=%s]".formatted(MECHANISM, user, secret));
        });
    return arguments;
  }
}
