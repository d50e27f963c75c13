package io.isotherm.kafka.settings;

import io.isotherm.checks.Checks;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * How a Kafka cluster is reached, for producers, consumers and admin clients alike: its address and
 * any further settings under Kafka's own names. {@link #requireConsistent()} says what contradicts
 * itself before anything connects.
 *
 * @param bootstrapServers {@code host:port}, or several with commas
 * @param properties all other settings, for example {@code security.protocol}; passwords can be
 *     among them, so they belong in no log
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> properties) {

  /** Where a broker is looked for if nothing names one. */
  public static final String DEFAULT_BOOTSTRAP_SERVERS = "127.0.0.1:9092";

  /** Checks that nothing is missing. */
  public KafkaSettings {
    Checks.requireText("bootstrap.servers", bootstrapServers);
    SortedMap<String, String> sorted =
        new TreeMap<>(Checks.requireEntries("properties of the Kafka settings", properties));
    sorted.remove(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    properties = Collections.unmodifiableSortedMap(sorted);
  }

  /** A cluster without encryption and login. */
  public static KafkaSettings at(String bootstrapServers) {
    return new KafkaSettings(bootstrapServers, Map.of());
  }

  /** Settings under Kafka's own names, {@code bootstrap.servers} among them. */
  public static KafkaSettings of(Map<String, ?> settings) {
    Map<String, String> texts = new HashMap<>();
    settings.forEach((name, value) -> texts.put(name, String.valueOf(value)));
    String servers = texts.remove(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    return new KafkaSettings(servers == null ? DEFAULT_BOOTSTRAP_SERVERS : servers, texts);
  }

  /** The same with one more setting, or with another value of it. */
  public KafkaSettings with(String name, String value) {
    if (name.equals(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
      return new KafkaSettings(value, properties);
    }
    Map<String, String> more = new HashMap<>(properties);
    more.put(name, value);
    return new KafkaSettings(bootstrapServers, more);
  }

  /**
   * Returns these settings if they hold together.
   *
   * @throws InvalidSettingsException with one line that names the setting and what to do
   */
  public KafkaSettings requireConsistent() {
    BootstrapServers.require(bootstrapServers);
    Contradictions.refuse(properties);
    return this;
  }

  /** How the cluster is spoken to, for example {@code SASL_SSL}; {@code PLAINTEXT} by default. */
  public String securityProtocol() {
    return properties.getOrDefault(
        CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, Contradictions.PLAINTEXT);
  }

  /**
   * The same settings as environment variables, {@code KAFKA_SECURITY_PROTOCOL} and so on, for a
   * process of the same user.
   */
  public Map<String, String> environment() {
    Map<String, String> variables = new TreeMap<>();
    variables.put(
        SettingSources.variable(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG), bootstrapServers);
    properties.forEach((name, value) -> variables.put(SettingSources.variable(name), value));
    return variables;
  }

  /** The address, and the names of the other settings without their values. */
  @Override
  public String toString() {
    return "KafkaSettings[bootstrapServers=%s, properties=%s]"
        .formatted(bootstrapServers, properties.keySet());
  }
}
