package io.isotherm.kafka.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.embeddedkafka.EmbeddedKafka;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The program as a process, told by its environment alone. */
class CreateTopicsTest {

  private record Ended(int status, String output) {}

  @Test
  void topicsAreCreatedAndListed() throws Exception {
    try (EmbeddedKafka broker = EmbeddedKafka.start()) {
      // When
      Ended first = run(Map.of("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers()));
      Ended second = run(Map.of("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers()));

      // Then
      assertThat(first.status()).as(first.output()).isZero();
      assertThat(first.output())
          .contains("topic ready topic=isotherm.snapshots partitions=12 created=true");
      assertThat(second.output())
          .contains("topic ready topic=isotherm.snapshots partitions=12 created=false");
    }
  }

  @Test
  void settingsThatContradictEachOtherAreOneLine() throws Exception {
    // When
    Ended ended = run(Map.of("KAFKA_SECURITY_PROTOCOL", "TLS"));

    // Then
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.output())
        .isEqualTo(
            "security.protocol must be one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL, got: 'TLS'\n");
  }

  private static Ended run(Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CreateTopics.class.getName()));
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
