package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.INCARNATION;
import static io.isotherm.scheduler.Samples.alpha;
import static io.isotherm.scheduler.Samples.analysed;
import static io.isotherm.scheduler.Samples.outcome;
import static io.isotherm.scheduler.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.DeadLetters;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.scheduler.rules.DropReason;
import io.isotherm.scheduler.rules.Policy;
import io.isotherm.scheduler.rules.Trigger;
import io.isotherm.spectra.policy.PolicyAnswer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulerTopologyTest {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final double EXACT = 1e-15;

  @TempDir Path stateDir;
  private TestScheduler scheduler;

  @BeforeEach
  void start() {
    scheduler = new TestScheduler(stateDir);
  }

  @AfterEach
  void stop() {
    scheduler.close();
  }

  @Test
  void stepIsDecidedOnceAllItsLayersAreIn() {
    scheduler.describe(run("r"));

    scheduler.arrive(analysed("r", 100, "fc", 4.0), analysed("r", 100, "conv1", 2.0));
    assertThat(scheduler.decisions()).isEmpty();
    scheduler.arrive(analysed("r", 100, "conv2", 2.5));

    Decision decision = scheduler.decision();
    double base = 0.5 * 0.1 * (1 + Math.cos(Math.PI * 0.1));
    assertThat(decision.run()).isEqualTo("r");
    assertThat(decision.incarnation()).isEqualTo(INCARNATION);
    assertThat(decision.revision()).isEqualTo(1);
    assertThat(decision.step()).isEqualTo(100);
    assertThat(decision.epoch()).isEqualTo(1);
    assertThat(decision.policy()).isEqualTo(Samples.POLICY);
    assertThat(decision.baseLearningRate().orElseThrow()).isCloseTo(base, within(EXACT));
    assertThat(decision.missing()).isEmpty();
    assertThat(decision.layers())
        .extracting(LayerRate::layer)
        .containsExactly("conv1", "bn1", "conv2", "fc");
    assertThat(decision.layers())
        .extracting(LayerRate::role)
        .containsExactly(Role.TUNED, Role.FOLLOWS, Role.TUNED, Role.TUNED);
    assertThat(decision.layers())
        .extracting(LayerRate::factor)
        .containsExactly(0.5, 0.5, 0.75, 1.5);
    assertThat(decision.layers())
        .allSatisfy(
            layer ->
                assertThat(layer.learningRate().orElseThrow())
                    .isCloseTo(layer.factor() * base, within(EXACT)));
    assertThat(rate(decision, "conv2").alpha()).hasValue(2.5);
    assertThat(rate(decision, "conv2").alphaStep()).hasValue(100);
    assertThat(rate(decision, "bn1").alpha()).isEmpty();
    assertThat(scheduler.decided(Trigger.COMPLETE)).isEqualTo(1);
  }

  @Test
  void deadlineDecidesWithTheLastKnownAlphaAndNamesWhatIsMissing() {
    scheduler.describe(run("r")).arrive(step("r", 100, 2.0, 3.0, 4.0));
    scheduler.decisions();
    scheduler.arrive(analysed("r", 200, "conv1", 2.5), analysed("r", 200, "fc", 4.5));

    scheduler.wait(DEADLINE.minusSeconds(1));
    assertThat(scheduler.decisions()).isEmpty();
    scheduler.wait(Duration.ofSeconds(2));

    Decision decision = scheduler.decision();
    assertThat(decision.step()).isEqualTo(200);
    assertThat(decision.revision()).isEqualTo(2);
    assertThat(decision.missing()).containsExactly("conv2");
    assertThat(rate(decision, "conv2").alpha()).hasValue(3.0);
    assertThat(rate(decision, "conv2").alphaStep()).hasValue(100);
    assertThat(rate(decision, "conv2").factor()).isEqualTo(0.75);
    assertThat(scheduler.decided(Trigger.DEADLINE)).isEqualTo(1);
  }

  @Test
  void layerThatWasNeverSeenHasNoAlphaAtTheDeadline() {
    scheduler.describe(run("r")).arrive(analysed("r", 0, "conv1", 2.0));

    scheduler.wait(DEADLINE.plusSeconds(1));

    Decision decision = scheduler.decision();
    assertThat(decision.missing()).containsExactly("conv2", "fc");
    assertThat(rate(decision, "fc").role()).isEqualTo(Role.NO_ALPHA);
    assertThat(rate(decision, "fc").factor()).isEqualTo(1.0);
  }

  @Test
  void ofSeveralStepsThatAreDueOnlyTheNewestIsDecided() {
    scheduler.describe(run("r"));
    scheduler.arrive(analysed("r", 100, "conv1", 2.0), analysed("r", 200, "fc", 4.0));

    scheduler.wait(DEADLINE.plusSeconds(1));

    Decision decision = scheduler.decision();
    assertThat(decision.step()).isEqualTo(200);
    assertThat(rate(decision, "conv1").alphaStep()).hasValue(100);
    assertThat(scheduler.dropped(DropReason.OVERTAKEN_STEP)).isEqualTo(1);
  }

  @Test
  void skippedFailedAndSupersededLayersCountAsIn() {
    scheduler.describe(run("r")).arrive(step("r", 100, 2.0, 3.0, 4.0));
    scheduler.decisions();

    scheduler.arrive(
        outcome("r", INCARNATION, 200, "conv1", new Outcome.Failed("out of memory")),
        outcome("r", INCARNATION, 200, "conv2", new Outcome.Superseded(INCARNATION, 300)),
        outcome("r", INCARNATION, 200, "fc", new Outcome.Skipped("3 weights are not finite")));

    Decision decision = scheduler.decision();
    assertThat(decision.missing()).isEmpty();
    assertThat(rate(decision, "conv1").alpha()).hasValue(2.0);
    assertThat(rate(decision, "conv1").alphaStep()).hasValue(100);
    assertThat(rate(decision, "conv2").alpha()).hasValue(3.0);
    assertThat(rate(decision, "fc").role()).isEqualTo(Role.NO_ALPHA);
    assertThat(rate(decision, "fc").alpha()).isEmpty();
  }

  @Test
  void olderStepNeverDecidesAfterANewerOne() {
    scheduler.describe(run("r")).arrive(analysed("r", 100, "conv1", 2.0));
    scheduler.arrive(step("r", 200, 2.5, 3.5, 4.5));
    assertThat(scheduler.decision().step()).isEqualTo(200);

    scheduler.arrive(analysed("r", 100, "conv2", 3.0), analysed("r", 100, "fc", 4.0));
    scheduler.wait(DEADLINE.plusSeconds(1));

    assertThat(scheduler.decisions()).isEmpty();
    assertThat(scheduler.dropped(DropReason.OVERTAKEN_STEP)).isEqualTo(1);
    assertThat(scheduler.dropped(DropReason.LATE)).isEqualTo(2);
  }

  @Test
  void lateAlphaOfALayerSlowerThanTheDeadlineServesTheNextDecision() {
    scheduler.describe(run("r"));
    scheduler.arrive(analysed("r", 100, "conv1", 2.0), analysed("r", 100, "conv2", 3.0));
    scheduler.wait(DEADLINE.plusSeconds(1));
    assertThat(rate(scheduler.decision(), "fc").role()).isEqualTo(Role.NO_ALPHA);

    scheduler.arrive(analysed("r", 100, "fc", 4.0));
    assertThat(scheduler.decisions()).isEmpty();
    scheduler.arrive(analysed("r", 200, "conv1", 2.0), analysed("r", 200, "conv2", 3.0));
    scheduler.wait(DEADLINE.plusSeconds(1));

    Decision decision = scheduler.decision();
    assertThat(decision.missing()).containsExactly("fc");
    assertThat(rate(decision, "fc").alpha()).hasValue(4.0);
    assertThat(rate(decision, "fc").alphaStep()).hasValue(100);
  }

  @Test
  void lateAlphaNeverReplacesANewerOne() {
    scheduler.describe(run("r")).arrive(step("r", 200, 2.0, 3.0, 4.0));
    scheduler.decisions();

    scheduler.arrive(analysed("r", 100, "fc", 9.0));

    assertThat(scheduler.state("r").alphas().get("fc").step()).isEqualTo(200);
    assertThat(scheduler.dropped(DropReason.LATE)).isEqualTo(1);
  }

  @Test
  void duplicateOutcomeChangesNothing() {
    scheduler.describe(run("r")).arrive(analysed("r", 100, "conv1", 2.0));
    var before = scheduler.state("r");

    scheduler.arrive(analysed("r", 100, "conv1", 7.0));

    assertThat(scheduler.state("r"))
        .usingRecursiveComparison()
        .ignoringFields("dropped")
        .isEqualTo(before);
    assertThat(scheduler.dropped(DropReason.DUPLICATE)).isEqualTo(1);
  }

  @Test
  void outcomeOfAnUnknownLayerChangesNothing() {
    scheduler.describe(run("r"));
    var before = scheduler.state("r");

    scheduler.arrive(analysed("r", 100, "conv9", 2.0));

    assertThat(scheduler.state("r"))
        .usingRecursiveComparison()
        .ignoringFields("dropped")
        .isEqualTo(before);
    assertThat(scheduler.dropped(DropReason.UNKNOWN_LAYER)).isEqualTo(1);
  }

  @Test
  void outcomeOfAnotherEstimatorChangesNothing() {
    scheduler.describe(run("r"));
    var before = scheduler.state("r");
    LayerOutcome other = analysed("r", 100, "conv1", 2.0);

    scheduler.arrive(
        new LayerOutcome(
            other.snapshot(),
            new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 3.0, false, 0.5),
            other.outcome()));

    assertThat(scheduler.state("r"))
        .usingRecursiveComparison()
        .ignoringFields("dropped")
        .isEqualTo(before);
    assertThat(scheduler.dropped(DropReason.OTHER_ESTIMATOR)).isEqualTo(1);
  }

  @Test
  void newerDescriptionStartsFromNothing() {
    scheduler.describe(run("r")).arrive(step("r", 100, 2.0, 3.0, 4.0));
    scheduler.arrive(analysed("r", 200, "conv1", 2.0));
    scheduler.decisions();

    scheduler.describe(run("r", INCARNATION + 1));
    scheduler.arrive(
        outcome("r", INCARNATION + 1, 0, "conv1", alpha(5.0)),
        outcome("r", INCARNATION + 1, 0, "conv2", alpha(6.0)),
        outcome("r", INCARNATION + 1, 0, "fc", new Outcome.Failed("no")));

    Decision decision = scheduler.decision();
    assertThat(decision.incarnation()).isEqualTo(INCARNATION + 1);
    assertThat(decision.revision()).isEqualTo(1);
    assertThat(decision.step()).isZero();
    assertThat(rate(decision, "fc").alpha()).isEmpty();
    assertThat(scheduler.dropped(DropReason.ENDED_STEP)).isEqualTo(1);
  }

  @Test
  void messagesOfAnOlderIncarnationAreDropped() {
    scheduler.describe(run("r", INCARNATION + 1));
    var before = scheduler.state("r");

    scheduler.describe(run("r")).arrive(step("r", 100, 2.0, 3.0, 4.0));

    assertThat(scheduler.decisions()).isEmpty();
    assertThat(scheduler.state("r"))
        .usingRecursiveComparison()
        .ignoringFields("dropped")
        .isEqualTo(before);
    assertThat(scheduler.dropped(DropReason.OLDER_DESCRIPTION)).isEqualTo(1);
    assertThat(scheduler.dropped(DropReason.OLDER_INCARNATION)).isEqualTo(3);
  }

  @Test
  void outcomesOfANewerIncarnationWaitForTheirDescription() {
    scheduler.describe(run("r", INCARNATION - 1)).arrive(step("r", 100, 2.0, 3.0, 4.0));
    assertThat(scheduler.decisions()).isEmpty();

    scheduler.describe(run("r"));

    assertThat(scheduler.decision().step()).isEqualTo(100);
    assertThat(scheduler.state("r").waiting()).isEmpty();
  }

  @Test
  void waitingOutcomesOfAnIncarnationThatWasSkippedAreDropped() {
    scheduler.arrive(step("r", 100, 2.0, 3.0, 4.0));

    scheduler.describe(run("r", INCARNATION + 1));

    assertThat(scheduler.decisions()).isEmpty();
    assertThat(scheduler.dropped(DropReason.OLDER_INCARNATION)).isEqualTo(3);
  }

  @Test
  void oldestWaitingOutcomesMakeRoom() {
    restart(Map.of("isotherm.scheduler.max-waiting-outcomes", "3"));

    scheduler.arrive(analysed("r", 50, "conv1", 9.0)).arrive(step("r", 100, 2.0, 3.0, 4.0));
    scheduler.describe(run("r"));

    assertThat(scheduler.decision().step()).isEqualTo(100);
    assertThat(scheduler.dropped(DropReason.WAITED_IN_VAIN)).isEqualTo(1);
  }

  @Test
  void oldestStepIsDecidedAsItIsWhenTooManyAreOpen() {
    restart(Map.of("isotherm.scheduler.max-open-steps", "2"));
    scheduler.describe(run("r"));

    scheduler.arrive(analysed("r", 100, "conv1", 2.0), analysed("r", 200, "conv1", 2.1));
    assertThat(scheduler.decisions()).isEmpty();
    scheduler.arrive(analysed("r", 300, "conv1", 2.2));

    Decision decision = scheduler.decision();
    assertThat(decision.step()).isEqualTo(100);
    assertThat(decision.missing()).containsExactly("conv2", "fc");
    assertThat(scheduler.state("r").steps().open()).containsOnlyKeys(200L, 300L);
    assertThat(scheduler.decided(Trigger.OVERFLOW)).isEqualTo(1);
  }

  @Test
  void runThatHasEndedGetsNoDecision() {
    RunDescription run = run("r");
    scheduler.describe(run).arrive(analysed("r", 100, "conv1", 2.0));

    scheduler.describe(run.in(RunPhase.RUNNING.finish(150)));
    scheduler.arrive(analysed("r", 100, "conv2", 3.0), analysed("r", 100, "fc", 4.0));
    scheduler.wait(DEADLINE.plusSeconds(1));

    assertThat(scheduler.decisions()).isEmpty();
    assertThat(scheduler.dropped(DropReason.ENDED_STEP)).isEqualTo(1);
    assertThat(scheduler.dropped(DropReason.RUN_ENDED)).isEqualTo(2);
  }

  @Test
  void runThatHasEndedDoesNotRunAgainInTheSameIncarnation() {
    RunDescription run = run("r");
    scheduler.describe(run).describe(run.in(RunPhase.RUNNING.fail("out of memory")));

    scheduler.describe(run).arrive(step("r", 100, 2.0, 3.0, 4.0));

    assertThat(scheduler.decisions()).isEmpty();
    assertThat(scheduler.dropped(DropReason.CONFLICTING_DESCRIPTION)).isEqualTo(1);
  }

  @Test
  void stateOfAnEndedRunIsDroppedAfterItsRetention() {
    RunDescription run = run("r");
    scheduler.describe(run).describe(run.in(RunPhase.RUNNING.finish(150))).describe(run("alive"));

    scheduler.wait(Duration.ofHours(23));
    assertThat(scheduler.state("r")).isNotNull();
    scheduler.wait(Duration.ofHours(2));

    assertThat(scheduler.state("r")).isNull();
    assertThat(scheduler.state("alive")).isNotNull();
  }

  @Test
  void deletedRunIsForgotten() {
    scheduler.describe(run("r")).arrive(step("r", 100, 2.0, 3.0, 4.0));

    scheduler.send(Topic.RUNS, "r", new RecordHeaders(), null);

    assertThat(scheduler.state("r")).isNull();
    assertThat(scheduler.records(Topic.DEAD_LETTERS)).isEmpty();
  }

  @Test
  void factorsAreClamped() {
    restart(Map.of("isotherm.scheduler.min-factor", "0.6", "isotherm.scheduler.max-factor", "1.2"));

    scheduler.describe(run("r")).arrive(step("r", 100, 2.0, 2.5, 4.0));

    assertThat(scheduler.decision().layers())
        .extracting(LayerRate::factor)
        .containsExactly(0.6, 0.6, 0.75, 1.2);
  }

  @Test
  void failsClosedWhenAFactorIsNotFinite() {
    restart(
        Map.of(),
        (policy, layers, numbers, at, track) ->
            numbers.values().stream()
                    .anyMatch(measured -> measured.number("alpha").equals(OptionalDouble.of(13)))
                ? Samples.answer("conv1", Double.NaN)
                : PolicyAnswer.next(policy, layers, numbers, at, track));
    scheduler.describe(run("r")).describe(run("other"));

    scheduler.arrive(step("r", 100, 2.0, 3.0, 13.0));
    assertThat(scheduler.decisions()).isEmpty();
    assertThat(scheduler.count(SchedulerMetrics.WITHHELD)).isEqualTo(1);
    scheduler.arrive(step("other", 100, 2.0, 3.0, 4.0)).arrive(step("r", 200, 2.0, 3.0, 4.0));

    assertThat(scheduler.decisions())
        .extracting(Decision::run, Decision::step, Decision::revision)
        .containsExactly(tuple("other", 100L, 1L), tuple("r", 200L, 1L));
  }

  @Test
  void failsClosedWhenALearningRateIsNotFinite() {
    restart(
        Map.of("isotherm.scheduler.max-factor", "1e308"),
        (policy, layers, numbers, at, track) -> Samples.answer("conv1", 1e308));
    RunDescription run = run("r");
    scheduler.describe(
        new RunDescription(
            run.run(),
            run.incarnation(),
            run.title(),
            run.layers(),
            new BaseSchedule.Constant(1e10),
            run.policy(),
            run.estimator(),
            run.totalSteps(),
            run.phase()));

    scheduler.arrive(step("r", 100, 2.0, 3.0, 4.0));

    assertThat(scheduler.decisions()).isEmpty();
    assertThat(scheduler.count(SchedulerMetrics.WITHHELD)).isEqualTo(1);
  }

  @Test
  void sameInputsGiveTheSameBytes(@TempDir Path otherDir) {
    scheduler.describe(run("r")).arrive(step("r", 100, 2.0, 3.0, 4.0));

    try (TestScheduler other = new TestScheduler(otherDir)) {
      other.describe(run("r"));
      other.wait(Duration.ofSeconds(7));
      other.arrive(
          analysed("r", 100, "fc", 4.0),
          analysed("r", 100, "conv2", 3.0),
          analysed("r", 100, "conv1", 2.0));

      TestRecord<byte[], byte[]> first = scheduler.records(Topic.LEARNING_RATES).get(0);
      TestRecord<byte[], byte[]> second = other.records(Topic.LEARNING_RATES).get(0);
      assertThat(second.value()).isEqualTo(first.value());
      assertThat(second.headers()).isEqualTo(first.headers());
    }
  }

  @Test
  void idIsAHashOfTheInputs() {
    scheduler.describe(run("r")).arrive(step("r", 100, 2.0, 3.0, 4.0));
    scheduler.arrive(step("r", 200, 2.0, 3.0, 4.0));

    assertThat(scheduler.decisions())
        .extracting(Decision::id)
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[0-9a-f]{32}"));
  }

  @Test
  void traceOfTheRecordThatCompletedTheStepIsPassedOn() {
    scheduler.describe(run("r"));
    scheduler.arrive(analysed("r", 100, "conv1", 2.0), analysed("r", 100, "conv2", 3.0));

    scheduler.send(
        Messages.SPECTRA
            .encode(analysed("r", 100, "fc", 4.0))
            .withHeader(WireRecord.TRACEPARENT, TestScheduler.TRACEPARENT));

    assertThat(header(scheduler.records(Topic.LEARNING_RATES).get(0), WireRecord.TRACEPARENT))
        .isEqualTo(TestScheduler.TRACEPARENT);
  }

  @Test
  void recordThatCannotBeReadGoesToDeadLettersAndTheNextOneIsServed() {
    byte[] junk = "{\"run\":".getBytes(StandardCharsets.UTF_8);
    RecordHeaders headers = new RecordHeaders();
    Messages.SPECTRA.encode(analysed("r", 1, "fc", 4.0)).headers().forEach(headers::add);

    scheduler.send(Topic.SPECTRA, "r", headers, junk);
    scheduler.send(Topic.RUNS, null, new RecordHeaders(), junk);
    scheduler.describe(run("r")).arrive(step("r", 100, 2.0, 3.0, 4.0));

    assertThat(scheduler.decisions()).hasSize(1);
    List<TestRecord<byte[], byte[]>> letters = scheduler.records(Topic.DEAD_LETTERS);
    assertThat(letters).hasSize(2);
    assertThat(letters.get(0).key()).isEqualTo("r".getBytes(StandardCharsets.UTF_8));
    assertThat(letters.get(0).value()).isEqualTo(junk);
    assertThat(header(letters.get(0), DeadLetters.TOPIC)).isEqualTo("isotherm.spectra");
    assertThat(header(letters.get(0), DeadLetters.OFFSET)).isEqualTo("0");
    assertThat(header(letters.get(0), DeadLetters.REASON)).contains("not JSON");
    assertThat(header(letters.get(1), DeadLetters.TOPIC)).isEqualTo("isotherm.runs");
    assertThat(scheduler.count(SchedulerMetrics.DEAD_LETTERS)).isEqualTo(2);
  }

  @Test
  void deadLetterTooLargeForABrokerLeavesOutTheValue() {
    scheduler.send(Topic.SPECTRA, "r", new RecordHeaders(), new byte[1_000_000]);

    TestRecord<byte[], byte[]> letter = scheduler.records(Topic.DEAD_LETTERS).get(0);
    assertThat(letter.value()).isEmpty();
    assertThat(header(letter, DeadLetters.REASON)).endsWith("(its 1000001 bytes are left out)");
  }

  private static LayerOutcome[] step(String run, long step, double... alphas) {
    return new LayerOutcome[] {
      analysed(run, step, "conv1", alphas[0]),
      analysed(run, step, "conv2", alphas[1]),
      analysed(run, step, "fc", alphas[2])
    };
  }

  private static LayerRate rate(Decision decision, String layer) {
    return decision.layers().stream()
        .filter(rate -> rate.layer().equals(layer))
        .findFirst()
        .orElseThrow();
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private void restart(Map<String, String> settings) {
    restart(settings, PolicyAnswer::next);
  }

  private void restart(Map<String, String> settings, Policy policy) {
    scheduler.close();
    scheduler = new TestScheduler(stateDir, settings, policy);
  }
}
