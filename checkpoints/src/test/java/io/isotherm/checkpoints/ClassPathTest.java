package io.isotherm.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint is analysed without Kafka, a service or a replay, as far as Java can reach. */
class ClassPathTest {

  @Test
  void noJarIsOfKafka() {
    Stream<String> names =
        Pattern.compile(File.pathSeparator)
            .splitAsStream(System.getProperty("java.class.path"))
            .map(entry -> Path.of(entry).getFileName().toString());

    assertThat(names)
        .anyMatch(name -> name.startsWith("xchart"))
        .noneMatch(name -> name.contains("kafka"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.apache.kafka.clients.consumer.KafkaConsumer",
        "org.apache.kafka.clients.admin.Admin",
        "io.isotherm.kafka.KafkaClients",
        "io.isotherm.embeddedkafka.EmbeddedKafka",
        "io.isotherm.replay.Replay",
        "io.isotherm.local.stack.Stack",
        "picocli.CommandLine"
      })
  void noClassIsOfAnotherRoom(String name) {
    assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
  }
}
