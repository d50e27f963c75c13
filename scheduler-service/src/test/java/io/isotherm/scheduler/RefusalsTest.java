package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.INCARNATION;
import static io.isotherm.scheduler.Samples.analysed;
import static io.isotherm.scheduler.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a trainer did wrong reaches the trainer. */
class RefusalsTest {

  /** Where Kafka's default partitioner puts key "r" among six partitions. */
  private static final int PARTITION_OF_R = 3;

  @TempDir private Path stateDir;
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
  void chunkWithAnotherEstimatorThanTheRunsIsToldByLayer() {
    scheduler.describe(run("r"));

    LayerOutcome plain = analysed("r", 100, "conv1", 2.0);
    scheduler.arrive(
        new LayerOutcome(plain.snapshot(), EstimatorSpec.Farms.defaults(), plain.outcome()));

    Refusal refusal = onlyRefusal();
    assertThat(refusal.about()).isEqualTo(Refusal.About.LAYER);
    assertThat(refusal.layer()).contains("conv1");
    assertThat(refusal.incarnation()).hasValue(INCARNATION);
    assertThat(refusal.step()).hasValue(100);
    assertThat(refusal.reason())
        .contains("\"name\":\"farms\"")
        .contains("\"name\":\"tempbalance\"")
        .endsWith("put the run's estimator into ce_estimator, or leave that header out");
  }

  @Test
  void layerThatIsNotDescribedIsTold() {
    scheduler.describe(run("r")).arrive(analysed("r", 100, "conv9", 2.0));

    assertThat(onlyRefusal().reason())
        .isEqualTo(
            "layer 'conv9' is not among the 3 layers that the run is described with: describe it,"
                + " or do not publish it");
  }

  @Test
  void layerThatWasNotMeasuredSinceItIsNotDescribedIsNotToldTwice() {
    scheduler.describe(run("r"));

    scheduler.arrive(
        Samples.outcome(
            "r", INCARNATION, 100, "conv9", new Outcome.Failed("layer 'conv9' is not described")));

    assertThat(scheduler.refusals()).isEmpty();
  }

  @Test
  void trainerWhoseRunWasTakenOverIsToldWhateverItSays() {
    scheduler.describe(run("r", INCARNATION + 5));

    scheduler.describe(run("r")).arrive(analysed("r", 100, "conv1", 2.0));
    scheduler.progress("r", INCARNATION);

    assertThat(scheduler.refusals())
        .hasSize(2)
        .allSatisfy(
            refusal -> {
              assertThat(refusal.incarnation()).hasValue(INCARNATION);
              assertThat(refusal.reason())
                  .isEqualTo(
                      "run 'r' goes on as incarnation 1005, and this is incarnation 1000: stop this"
                          + " trainer, or give one of the two another name");
            });
  }

  @Test
  void secondDescriptionOfAnIncarnationThatContradictsTheFirstIsTold() {
    RunDescription first = run("r");
    scheduler.describe(first);

    scheduler.describe(
        new RunDescription(
            "r",
            INCARNATION,
            "",
            first.layers().subList(0, 2),
            first.schedule(),
            first.policy(),
            first.estimator(),
            first.totalSteps(),
            first.phase()));

    assertThat(onlyRefusal().reason())
        .isEqualTo(
            "incarnation 1000 of run 'r' is described already, with other layers or another"
                + " estimator: take a larger incarnation for what is described now");
  }

  @Test
  void descriptionThatIsPublishedAgainBehindTheRunsEndIsNoFaultOfTheTrainer() {
    RunDescription run = run("r");
    scheduler.describe(run).describe(run.in(RunPhase.RUNNING.finish(100)));

    scheduler.describe(run);

    assertThat(scheduler.refusals()).isEmpty();
  }

  @Test
  void descriptionAndProgressThatCannotBeReadAreTold() {
    WireRecord description = Messages.RUNS.encode(run("r"));
    WireRecord progress = Messages.PROGRESS.encode(Samples.progress("r", INCARNATION));

    scheduler.send(broken(description, "\"incarnation\":1000", "\"incarnation\":0"));
    scheduler.send(broken(progress, "\"step\":1", "\"step\":-1"));

    List<Refusal> refusals = scheduler.refusals();
    assertThat(refusals)
        .extracting(Refusal::about)
        .containsExactly(Refusal.About.RUN, Refusal.About.PROGRESS);
    assertThat(refusals.get(0).reason())
        .isEqualTo("incarnation of run 'r' must be 1 or more, got: 0");
    assertThat(refusals.get(0).topic()).contains("isotherm.runs");
    assertThat(refusals.get(1).reason()).isEqualTo("step of run 'r' must be 0 or more, got: -1");
    assertThat(scheduler.records(Topic.DEAD_LETTERS)).hasSize(2);
  }

  @Test
  void recordWhoseKeyNamesNoRunIsADeadLetterAlone() {
    scheduler.send(
        Topic.RUNS, "no run", new RecordHeaders(), "{}".getBytes(StandardCharsets.UTF_8));

    assertThat(scheduler.refusals()).isEmpty();
    assertThat(scheduler.records(Topic.DEAD_LETTERS)).hasSize(1);
  }

  @Test
  void recordInAnotherPartitionThanItsKeysIsToldAndPutAside() {
    scheduler.partitions(6).describe(run("r"));

    assertThat(onlyRefusal().reason())
        .isEqualTo(
            "a record of run 'r' lies in partition 0 of isotherm.runs and belongs into partition %d"
                    .formatted(PARTITION_OF_R)
                + " of 6: let the producer partition by murmur2, with librdkafka"
                + " partitioner=murmur2_random");
    assertThat(scheduler.records(Topic.DEAD_LETTERS)).hasSize(1);
    assertThat(scheduler.state("r")).isNull();
  }

  @Test
  void recordInItsKeysPartitionIsTaken() {
    scheduler.partitions(1).describe(run("r"));

    assertThat(scheduler.refusals()).isEmpty();
    assertThat(scheduler.state("r")).isNotNull();
  }

  @Test
  void sameThingIsToldOnceAMinute() {
    scheduler.describe(run("r"));
    for (long step = 100; step < 500; step += 100) {
      scheduler.arrive(analysed("r", step, "conv9", 2.0));
    }
    assertThat(scheduler.refusals()).hasSize(1);

    scheduler.wait(Duration.ofMinutes(1)).arrive(analysed("r", 500, "conv9", 2.0));

    assertThat(scheduler.refusals()).hasSize(1);
    assertThat(scheduler.count(SchedulerMetrics.REFUSALS)).isEqualTo(2);
  }

  @Test
  void stepDoesNotWaitForLayersThatCanHaveNoAlpha() {
    RunDescription plain = run("r");
    List<LayerDescription> layers =
        List.of(
            plain.layers().get(0),
            new LayerDescription(
                "gate", LayerKind.OTHER, List.of(8L), Optional.empty(), OptionalInt.empty()),
            plain.layers().get(1));
    scheduler.describe(
        new RunDescription(
            "r",
            INCARNATION,
            "",
            layers,
            plain.schedule(),
            plain.policy(),
            plain.estimator(),
            plain.totalSteps(),
            plain.phase()));

    scheduler.arrive(analysed("r", 100, "conv1", 2.0), analysed("r", 100, "conv2", 4.0));

    var decision = scheduler.decision();
    assertThat(decision.missing()).isEmpty();
    assertThat(decision.layers())
        .extracting(rate -> rate.layer() + " " + rate.factor())
        .containsExactly("conv1 0.5", "bn1 0.5", "gate 1.0", "conv2 1.5");
    assertThat(scheduler.refusals()).isEmpty();
  }

  private static WireRecord broken(WireRecord record, String target, String replacement) {
    String json = new String(record.value(), StandardCharsets.UTF_8);
    assertThat(json).contains(target);
    return new WireRecord(
        record.topic(),
        record.key(),
        record.headers(),
        json.replace(target, replacement).getBytes(StandardCharsets.UTF_8));
  }

  private Refusal onlyRefusal() {
    List<Refusal> refusals = scheduler.refusals();
    assertThat(refusals).hasSize(1);
    return refusals.get(0);
  }
}
