package io.isotherm.kafka.settings;

import io.isotherm.checks.OneLine;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * Where Kafka settings come from. The nearest one counts, setting by setting: what a program's
 * caller names itself, then the file, then system properties {@code kafka.*}, then environment
 * variables {@code KAFKA_*}. Immutable.
 */
public final class SettingSources {

  private static final String PROPERTY_PREFIX = "kafka.";
  private static final String VARIABLE_PREFIX = "KAFKA_";

  private final SortedMap<String, Setting> settings;

  private SettingSources(SortedMap<String, Setting> settings) {
    this.settings = settings;
  }

  /**
   * One setting.
   *
   * @param value may be a secret
   * @param source where it was found, as a user would name it: {@code KAFKA_SASL_MECHANISM}
   */
  private record Setting(String value, String source) {}

  /** The system properties and the environment of this process. */
  public static SettingSources ofThisProcess() {
    Map<String, String> properties = new TreeMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      properties.put(name, System.getProperty(name));
    }
    return of(properties, System.getenv());
  }

  /**
   * System properties over an environment. Both have names that begin like ours and are others'
   * ({@code KAFKA_OPTS}); only what looks like a misspelt setting is refused.
   *
   * @throws InvalidSettingsException if a name looks like a setting and is none
   */
  public static SettingSources of(
      Map<String, String> systemProperties, Map<String, String> environment) {
    SortedMap<String, Setting> settings = new TreeMap<>();
    environment.forEach(
        (variable, value) -> {
          if (variable.startsWith(VARIABLE_PREFIX)) {
            String name =
                variable
                    .substring(VARIABLE_PREFIX.length())
                    .toLowerCase(Locale.ROOT)
                    .replace('_', '.');
            addIfKnown(settings, name, new Setting(value, variable));
          }
        });
    systemProperties.forEach(
        (property, value) -> {
          if (property.startsWith(PROPERTY_PREFIX)) {
            String name = property.substring(PROPERTY_PREFIX.length());
            addIfKnown(settings, name, new Setting(value, property));
          }
        });
    return new SettingSources(settings);
  }

  /**
   * What a framework has collected from {@code kafka.*} and {@code KAFKA_*}, under Kafka's own
   * names. Names of others can be among them, as above.
   *
   * @throws InvalidSettingsException if a name looks like a setting and is none
   */
  public static SettingSources collected(Map<String, ?> collected) {
    SortedMap<String, Setting> settings = new TreeMap<>();
    collected.forEach(
        (name, value) ->
            addIfKnown(settings, name, new Setting(String.valueOf(value), PROPERTY_PREFIX + name)));
    return new SettingSources(settings);
  }

  /**
   * With the settings of a properties file over those that are there. Its names are Kafka's own, as
   * in the file that Kafka's tools take with {@code --command-config}; a path in it that is not
   * absolute begins in the working directory.
   *
   * @throws InvalidSettingsException if it cannot be read, or names what is no setting
   */
  public SettingSources withFile(Path file) {
    Properties read = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      read.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidSettingsException(
          "cannot read the Kafka settings in %s: %s".formatted(file, reason(e)));
    }
    SortedMap<String, Setting> more = new TreeMap<>(settings);
    for (String name : read.stringPropertyNames()) {
      if (!SettingNames.isKnown(name)) {
        throw new InvalidSettingsException(
            "%s: %s is no setting of a Kafka client%s"
                .formatted(file, OneLine.quoted(name), suggestion(name)));
      }
      more.put(name, new Setting(read.getProperty(name), name + " in " + file));
    }
    return new SettingSources(more);
  }

  /** With another address over the one that is there. */
  public SettingSources withBootstrapServers(String bootstrapServers) {
    SortedMap<String, Setting> more = new TreeMap<>(settings);
    more.put(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
        new Setting(bootstrapServers, "--bootstrap-servers"));
    return new SettingSources(more);
  }

  /**
   * The settings.
   *
   * @param otherwise the address if nothing names one
   * @throws InvalidSettingsException if they contradict each other
   */
  public KafkaSettings settings(String otherwise) {
    Map<String, String> values = new TreeMap<>();
    settings.forEach((name, setting) -> values.put(name, setting.value()));
    values.putIfAbsent(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, otherwise);
    return KafkaSettings.of(values).requireConsistent();
  }

  /**
   * The settings of a cluster that somebody has named; empty if nobody has.
   *
   * @throws InvalidSettingsException if they contradict each other, or say how a cluster is reached
   *     and not where
   */
  public Optional<KafkaSettings> named() {
    if (settings.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
      return Optional.of(settings(""));
    }
    if (settings.isEmpty()) {
      return Optional.empty();
    }
    throw new InvalidSettingsException(
        "%s set, but nothing says where the Kafka cluster is: add bootstrap.servers, or leave the other settings out to have a broker started here"
            .formatted(sources(settings.values())));
  }

  /** Where the address comes from, for a reader; empty if nothing names one. */
  public Optional<String> sourceOfAddress() {
    return Optional.ofNullable(settings.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG))
        .map(Setting::source);
  }

  /** The environment variable of a setting. */
  static String variable(String name) {
    return VARIABLE_PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private static void addIfKnown(
      SortedMap<String, Setting> settings, String name, Setting setting) {
    if (SettingNames.isKnown(name)) {
      settings.put(name, setting);
    } else if (SettingNames.similar(name).isPresent()) {
      throw new InvalidSettingsException(
          "%s is no setting of a Kafka client%s".formatted(setting.source(), suggestion(name)));
    }
  }

  private static String suggestion(String name) {
    return SettingNames.similar(name).map(similar -> "; is it " + similar + "?").orElse("");
  }

  private static String sources(Collection<Setting> settings) {
    return settings.stream().map(Setting::source).collect(Collectors.joining(", "))
        + (settings.size() == 1 ? " is" : " are");
  }

  private static String reason(Exception e) {
    return e instanceof java.nio.file.NoSuchFileException ? "there is no such file" : e.toString();
  }
}
