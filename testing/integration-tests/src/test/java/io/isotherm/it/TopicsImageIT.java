package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.Topic;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the image of the job that creates the topics, and that it is enough. */
class TopicsImageIT {

  private static final Path MODULE = Path.of("../../kafka/target").toAbsolutePath().normalize();
  private static final long PATIENCE_SECONDS = 180;

  /** A Kafka client and its compressions are 20 MB; the command line is three times as much. */
  private static final long MAX_BYTES = 30L << 20;

  @TempDir Path folder;

  @Test
  void imageHoldsNeitherABrokerNorASolver() throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(MODULE.resolve("lib"))) {
      jars = files.toList();
    }

    assertThat(jars)
        .extracting(jar -> jar.getFileName().toString())
        .anyMatch(name -> name.startsWith("kafka-clients-"))
        .noneMatch(name -> name.matches("(kafka_|kafka-server|kafka-metadata|kafka-raft).*"))
        .noneMatch(name -> name.matches(".*(openblas|javacpp|nd4j|scala|picocli|quarkus).*"));
    long bytes = 0;
    for (Path jar : jars) {
      bytes += Files.size(jar);
    }
    assertThat(bytes).isLessThan(MAX_BYTES);
  }

  @Test
  void whatIsInTheImageCreatesTheTopics() throws Exception {
    Path image = copyAsTheDockerfileDoes();
    try (EmbeddedKafka broker = EmbeddedKafka.start()) {
      assertThat(topics(broker)).isEmpty();
      ProcessBuilder program =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-jar",
                  image.resolve("isotherm-kafka.jar").toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output").toFile());
      program.environment().put("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());

      Process process = program.start();

      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(folder.resolve("output"))).isZero();
      assertThat(topics(broker))
          .containsAll(Arrays.stream(Topic.values()).map(Topic::topicName).toList());
    }
  }

  private Path copyAsTheDockerfileDoes() throws IOException {
    Path lib = Files.createDirectories(folder.resolve("app/lib"));
    try (Stream<Path> files = Files.list(MODULE.resolve("lib"))) {
      for (Path jar : files.toList()) {
        Files.copy(jar, lib.resolve(jar.getFileName()));
      }
    }
    Files.copy(MODULE.resolve("isotherm-kafka.jar"), lib.resolveSibling("isotherm-kafka.jar"));
    return lib.getParent();
  }

  private static Set<String> topics(EmbeddedKafka broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      return admin.listTopics().names().get();
    }
  }
}
