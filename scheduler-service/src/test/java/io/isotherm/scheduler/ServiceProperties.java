package io.isotherm.scheduler;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The service's {@code application.properties}, expressions unresolved. */
final class ServiceProperties {

  private static final String STREAMS = "kafka-streams.";

  private ServiceProperties() {}

  static Properties all() {
    Properties properties = new Properties();
    try (InputStream in = SchedulerTopology.class.getResourceAsStream("/application.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  /** What is handed to Kafka Streams, under Kafka's own names. */
  static Map<String, String> streams() {
    Map<String, String> streams = new TreeMap<>();
    all()
        .forEach(
            (key, value) -> {
              if (key.toString().startsWith(STREAMS)) {
                streams.put(key.toString().substring(STREAMS.length()), value.toString());
              }
            });
    return streams;
  }
}
