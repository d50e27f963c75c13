package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.client.ClientConfig;
import io.isotherm.client.Incarnations;
import io.isotherm.client.LayerWeights;
import io.isotherm.client.TrainingRun;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.embeddedkafka.BrokerOptions;
import io.isotherm.embeddedkafka.BrokerSecurity.Listener;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.embeddedkafka.SelfSigned;
import io.isotherm.it.IsothermCommand.Result;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.stack.StackState;
import io.isotherm.local.stack.StateFile;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.safetensors.DType;
import io.isotherm.testkit.TopicReader;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything over a broker with TLS: {@code ./isotherm start} and its four services with a login,
 * the commands with a login, a training loop of somebody's own with a certificate.
 */
class SecuredKafkaIT {

  private static final String RUN = "secured";
  private static final String SECRET = "annas-secret";
  private static final Duration READY_WITHIN = Duration.ofMinutes(4);
  private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(2);

  @TempDir private static Path shared;
  @TempDir private Path directory;

  private static SelfSigned certificates;
  private static EmbeddedKafka broker;
  private static Path login;
  private static Path data;
  private static IsothermCommand.Running start;
  private static StackState stack;

  @BeforeAll
  static void startEverythingAndTrain() throws Exception {
    certificates = SelfSigned.in(shared);
    broker =
        EmbeddedKafka.start(
            BrokerOptions.PLAIN.with(certificates.security(Map.of("anna", SECRET))));
    login = file("login.properties", SECRET);
    data = shared.resolve("data");
    start =
        IsothermCommand.start(
            Files.createDirectory(shared.resolve("start")),
            "start",
            "--kafka-config",
            login.toString(),
            "--data",
            data.toString(),
            "--http-port",
            "0");
    await()
        .atMost(READY_WITHIN)
        .until(
            () -> {
              assertThat(start.isAlive()).as(start.output()).isTrue();
              return StateFile.ofRunning(data).isPresent();
            });
    stack = StateFile.ofRunning(data).orElseThrow();
    TrainerClient trainer = new TrainerClient(address("trainer-service"));
    trainer.order(RUN, 1, 20);
    trainer.awaitEnd(RUN);
  }

  @AfterAll
  static void stopEverything() throws InterruptedException {
    if (start != null) {
      start.stop();
    }
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void trainerSpectralServiceAndSchedulerCloseTheLoop() {
    // Given
    TopicReader topics = new TopicReader(settings(SECRET));

    // Then
    await()
        .atMost(ANSWERED_WITHIN)
        .untilAsserted(
            () -> assertThat(topics.messages(Messages.LEARNING_RATES, RUN)).isNotEmpty());
    assertThat(topics.messages(Messages.SPECTRA, RUN)).isNotEmpty();
    assertThat(topics.messages(Messages.RUNS, RUN))
        .last()
        .extracting(RunDescription::phase)
        .isInstanceOf(RunPhase.Finished.class);
  }

  @Test
  void startedStackHasNoBrokerOfItsOwn() {
    assertThat(stack.bootstrapServers()).isEqualTo(broker.bootstrapServers(Listener.SASL_SSL));
    assertThat(data.resolve("kafka")).doesNotExist();
  }

  @Test
  void topicsAreThere() throws Exception {
    Result result = isotherm("topics", "--kafka-config", login.toString());

    assertThat(result.status()).as(result.output()).isZero();
    assertThat(result.output()).contains("isotherm.snapshots").doesNotContain("created");
  }

  @Test
  void statusShowsBrokerServicesAndTheRun() throws Exception {
    await()
        .atMost(ANSWERED_WITHIN)
        .untilAsserted(
            () -> {
              Result result =
                  isotherm("status", "--data", data.toString(), "--kafka-config", login.toString());
              assertThat(result.status()).as(result.output()).isZero();
              assertThat(result.output())
                  .contains(broker.bootstrapServers(Listener.SASL_SSL))
                  .contains("finished");
            });
  }

  @Test
  void replayReadsTheRecordedRun() throws Exception {
    Result result =
        isotherm(
            "replay",
            "--run",
            RUN,
            "--policy",
            "sqrt",
            "--json",
            "--kafka-config",
            login.toString());

    assertThat(result.status()).as(result.output()).isZero();
    assertThat(result.output()).contains("\"factor\"");
  }

  @Test
  void clientWithACertificateIsAnswered() {
    // Given
    KafkaSettings certificate =
        tls(Listener.SSL)
            .with("ssl.keystore.location", certificates.client().toString())
            .with("ssl.keystore.password", SelfSigned.PASSWORD)
            .with("ssl.key.password", SelfSigned.PASSWORD);
    LayerDescription dense =
        new LayerDescription(
            "dense", LayerKind.DENSE, List.of(64L, 128L), Optional.empty(), OptionalInt.empty());

    // When
    try (TrainingRun run =
        TrainingRun.start(
            ClientConfig.of(certificate).withCloseTimeout(ANSWERED_WITHIN),
            new RunDescription(
                "own-loop",
                Incarnations.next(0),
                "a loop of somebody's own",
                List.of(dense),
                new BaseSchedule.Constant(0.1),
                PolicySpec.DEFAULT,
                EstimatorSpec.DEFAULT,
                10,
                RunPhase.RUNNING))) {
      run.beginStep(0);
      run.snapshot(1, 0, new RandomWeights());
      run.finish(1);
    }

    // Then
    await()
        .atMost(ANSWERED_WITHIN)
        .untilAsserted(
            () ->
                assertThat(new TopicReader(certificate).messages(Messages.SPECTRA, "own-loop"))
                    .isNotEmpty());
  }

  @Test
  void wrongPasswordIsOneLineWithoutIt() throws Exception {
    // Given
    Path wrong = file("wrong.properties", "wrong-secret");

    // When
    Result topics = isotherm("topics", "--kafka-config", wrong.toString());
    Result replay =
        isotherm("replay", "--run", RUN, "--policy", "sqrt", "--kafka-config", wrong.toString());
    Result status =
        isotherm("status", "--data", data.toString(), "--kafka-config", wrong.toString());

    // Then
    for (Result refused : List.of(topics, replay)) {
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.output().strip())
          .contains(broker.bootstrapServers(Listener.SASL_SSL), "refuses the login")
          .contains("check user and password in sasl.jaas.config")
          .doesNotContain("wrong-secret")
          .hasLineCount(1);
    }
    assertThat(status.status()).isEqualTo(1);
    assertThat(status.output()).contains("refuses the login").doesNotContain("wrong-secret");
  }

  @Test
  void noPasswordGetsIntoALog() throws IOException {
    try (var logs = Files.list(data.resolve("logs"))) {
      for (Path log : logs.toList()) {
        assertThat(log).content().doesNotContain(SECRET).doesNotContain(SelfSigned.PASSWORD);
      }
    }
    assertThat(start.output()).doesNotContain(SECRET);
  }

  /** Of a loop that has not trained yet. */
  private static final class RandomWeights implements LayerWeights {

    private final Random random = new Random(1);

    @Override
    public DType dtype(LayerDescription layer) {
      return DType.F32;
    }

    @Override
    public void copyTo(LayerDescription layer, ByteBuffer target) {
      while (target.hasRemaining()) {
        target.putFloat((float) random.nextGaussian());
      }
    }
  }

  private Result isotherm(String... arguments) throws IOException, InterruptedException {
    return IsothermCommand.run(directory, arguments);
  }

  private static URI address(String service) {
    return URI.create(
        stack.members().stream()
            .filter(member -> member.name().equals(service))
            .findFirst()
            .orElseThrow()
            .address());
  }

  private static Path file(String name, String password) throws IOException {
    KafkaSettings settings = settings(password);
    return Files.writeString(
        shared.resolve(name),
        settings.properties().entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(
                Collectors.joining(
                    "\n", "bootstrap.servers=" + settings.bootstrapServers() + "\n", "\n")));
  }

  private static KafkaSettings settings(String password) {
    return tls(Listener.SASL_SSL)
        .with("sasl.mechanism", "SCRAM-SHA-512")
        .with(
            "sasl.jaas.config",
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"anna\" password=\"%s\";"
                .formatted(password));
  }

  private static KafkaSettings tls(Listener listener) {
    return KafkaSettings.at(broker.bootstrapServers(listener))
        .with("security.protocol", listener.name())
        .with("ssl.truststore.location", certificates.trustingBroker().toString())
        .with("ssl.truststore.password", SelfSigned.PASSWORD);
  }
}
