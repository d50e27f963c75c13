package io.isotherm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import io.isotherm.methods.json.Json;
import io.isotherm.testkit.TopicReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * A scheduler that is killed again and again, between reading its input and committing its
 * decisions, decides what one decides that is left alone.
 */
class SchedulerKillsIT {

  private static final long SEED = 20_231_024;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** No step waits that long for its last layer, however busy the machine is. */
  private static final Duration NO_DEADLINE = Duration.ofMinutes(10);

  private static final Duration SHORT_DEADLINE = Duration.ofMillis(500);

  /** Of the scheduler that is left alone: much longer than it takes to read an act. */
  private static final Duration DEADLINE = Duration.ofSeconds(15);

  /** How long a kill waits for a decision to be written; some input leads to none. */
  private static final Duration WRITES_WITHIN = Duration.ofSeconds(2);

  /** Decisions are committed within a tenth of a second. */
  private static final int LONGEST_DELAY_MILLIS = 80;

  /** The values of a topic's committed records by key, in the order of their partition. */
  private record Written(
      Map<String, List<String>> decisions,
      Map<String, List<String>> shadows,
      Map<String, List<String>> letters) {}

  @Test
  void sequenceOfDecisionsIsTheSameAlthoughTheSchedulerIsKilledAgainAndAgain() {
    List<RecordedInput.Act> acts = RecordedInput.of(SEED);

    CompletableFuture<Written> alone = CompletableFuture.supplyAsync(() -> decideUndisturbed(acts));
    Written killed = decideWithKills(acts);
    Written undisturbed = alone.join();

    assertThat(killed.decisions()).hasSize(RecordedInput.RUNS);
    assertSame(killed.decisions(), undisturbed.decisions());
    assertSame(killed.shadows(), undisturbed.shadows());
    assertThat(killed.letters()).isEqualTo(undisturbed.letters());
    assertThat(killed.letters().values()).singleElement().asInstanceOf(LIST).hasSize(1);
    assertThat(killed.decisions().values().stream().flatMap(List::stream))
        .as("the recording has runs with missing layers, on hold and under other policies")
        .anyMatch(value -> !json(value).path("missing").isEmpty())
        .anyMatch(value -> json(value).has("hold"))
        .anyMatch(value -> json(value).has("policyBy"));
    killed.decisions().values().forEach(SchedulerKillsIT::assertRevisionsHaveNoGap);
  }

  private static Written decideUndisturbed(List<RecordedInput.Act> acts) {
    try (EmbeddedKafka kafka = broker();
        SchedulerInput input = new SchedulerInput(kafka.bootstrapServers());
        SchedulerProcess scheduler =
            new SchedulerProcess("scheduler-undisturbed", kafka.bootstrapServers())) {
      scheduler.start(DEADLINE);
      for (RecordedInput.Act act : acts) {
        input.publish(act.records());
        awaitRead(act, input);
        awaitDeadlines(act, kafka);
      }
      return written(kafka);
    }
  }

  private static Written decideWithKills(List<RecordedInput.Act> acts) {
    Random random = new Random(SEED);
    try (EmbeddedKafka kafka = broker();
        SchedulerInput input = new SchedulerInput(kafka.bootstrapServers());
        SchedulerProcess scheduler =
            new SchedulerProcess("scheduler-killed", kafka.bootstrapServers())) {
      for (RecordedInput.Act act : acts) {
        for (List<WireRecord> part : parts(act, random)) {
          input.decisionsEverWritten();
          input.publish(part);
          if (act.kills() > 0) {
            startUnlessAlive(scheduler);
            killWhileItDecides(scheduler, input, random);
          }
        }
        if (input.unread() > 0) {
          startUnlessAlive(scheduler);
          awaitRead(act, input);
        }
        if (!act.awaited().isEmpty()) {
          // What is open now waits for its deadline, and that comes soon after a restart.
          if (scheduler.isAlive()) {
            kill(scheduler, input, Duration.ZERO);
          }
          scheduler.start(SHORT_DEADLINE);
          killWhileItDecides(scheduler, input, random);
          scheduler.start(SHORT_DEADLINE);
          awaitDeadlines(act, kafka);
          kill(scheduler, input, Duration.ZERO);
        }
      }
      Written written = written(kafka);
      assertThat(input.decisionsEverWritten())
          .as("decisions with those that a kill kept from being committed")
          .isGreaterThan(written.decisions().values().stream().mapToInt(List::size).sum());
      return written;
    }
  }

  private static void startUnlessAlive(SchedulerProcess scheduler) {
    if (!scheduler.isAlive()) {
      scheduler.start(NO_DEADLINE);
    }
  }

  private static void killWhileItDecides(
      SchedulerProcess scheduler, SchedulerInput input, Random random) {
    scheduler.awaitReady();
    input.awaitAnotherDecision(WRITES_WITHIN);
    kill(scheduler, input, Duration.ofMillis(random.nextInt(LONGEST_DELAY_MILLIS)));
  }

  private static void kill(SchedulerProcess scheduler, SchedulerInput input, Duration delay) {
    scheduler.killIn(delay);
    input.removeDeadMembers();
  }

  private static EmbeddedKafka broker() {
    EmbeddedKafka kafka = EmbeddedKafka.start();
    TopicProvisioner.provision(KafkaSettings.at(kafka.bootstrapServers()), PATIENCE);
    return kafka;
  }

  /** A part for each kill, cut anywhere, so that a kill leaves steps half read. */
  private static List<List<WireRecord>> parts(RecordedInput.Act act, Random random) {
    List<List<WireRecord>> parts = new ArrayList<>();
    int from = 0;
    for (int left = Math.max(1, act.kills()); left > 0; left--) {
      int remaining = act.records().size() - from;
      int to = left == 1 ? act.records().size() : from + random.nextInt(remaining);
      parts.add(act.records().subList(from, to));
      from = to;
    }
    return parts;
  }

  private static void awaitRead(RecordedInput.Act act, SchedulerInput input) {
    await("all of '" + act.name() + "' is read and committed")
        .atMost(PATIENCE)
        .until(() -> input.unread() == 0);
  }

  private static void awaitDeadlines(RecordedInput.Act act, EmbeddedKafka kafka) {
    await("deadlines of '" + act.name() + "'")
        .atMost(PATIENCE)
        .until(() -> decided(kafka).containsAll(act.awaited()));
  }

  private static Set<String> decided(EmbeddedKafka kafka) {
    Set<String> decided = new HashSet<>();
    written(kafka)
        .decisions()
        .forEach(
            (run, decisions) ->
                decisions.forEach(
                    value ->
                        decided.add(
                            RecordedInput.name(
                                run,
                                json(value).path("incarnation").asLong(),
                                json(value).path("step").asLong()))));
    return decided;
  }

  private static Written written(EmbeddedKafka kafka) {
    TopicReader topics = new TopicReader(kafka.bootstrapServers());
    return new Written(
        values(topics.records(Topic.LEARNING_RATES)),
        values(topics.records(Topic.SHADOW_DECISIONS)),
        values(topics.records(Topic.DEAD_LETTERS)));
  }

  private static Map<String, List<String>> values(List<ConsumerRecord<String, byte[]>> records) {
    Map<String, List<String>> values = new TreeMap<>();
    for (ConsumerRecord<String, byte[]> record : records) {
      values
          .computeIfAbsent(record.key(), key -> new ArrayList<>())
          .add(new String(record.value(), UTF_8));
    }
    return values;
  }

  /** One by one, so that a failure shows the first decision that differs and not all of them. */
  private static void assertSame(
      Map<String, List<String>> killed, Map<String, List<String>> undisturbed) {
    assertThat(killed.keySet()).isEqualTo(undisturbed.keySet());
    killed.forEach(
        (run, decisions) -> {
          List<String> expected = undisturbed.get(run);
          for (int i = 0; i < Math.min(decisions.size(), expected.size()); i++) {
            assertThat(decisions.get(i)).as("decision %d of %s", i, run).isEqualTo(expected.get(i));
          }
          assertThat(decisions.size()).as("decisions of %s", run).isEqualTo(expected.size());
        });
  }

  private static void assertRevisionsHaveNoGap(List<String> decisions) {
    Map<Long, List<Long>> revisions = new TreeMap<>();
    for (String value : decisions) {
      JsonNode decision = json(value);
      revisions
          .computeIfAbsent(decision.path("incarnation").asLong(), incarnation -> new ArrayList<>())
          .add(decision.path("revision").asLong());
    }
    revisions
        .values()
        .forEach(
            of ->
                assertThat(of)
                    .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, of.size()).boxed().toList()));
  }

  private static JsonNode json(String value) {
    try {
      return Json.MAPPER.readTree(value);
    } catch (IOException e) {
      throw new AssertionError(value, e);
    }
  }
}
