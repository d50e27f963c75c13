package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.analysed;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.spectra.policy.PolicyAnswer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecentDecisionsTest {

  @TempDir Path stateDir;

  @Test
  void onlyTheNewestDecisionsOfARunAreKept() {
    try (TestScheduler scheduler = keeping(3)) {
      decide(scheduler, "r", 5);
      decide(scheduler, "r-2", 1);

      List<Decision> published = scheduler.decisions();
      assertThat(scheduler.kept("r"))
          .containsExactlyInAnyOrderElementsOf(json(published.subList(2, 5)));
      assertThat(scheduler.kept("r-2")).containsExactlyElementsOf(json(published.subList(5, 6)));
    }
  }

  @Test
  void fewerDecisionsAreKeptOfARunOfVeryManyLayers() {
    RunDescription plain = Samples.run("r");
    List<LayerDescription> layers =
        IntStream.range(0, RunDescription.MAX_LAYERS)
            .mapToObj(
                i ->
                    new LayerDescription(
                        "expert" + i,
                        LayerKind.DENSE,
                        List.of(64L, 64L),
                        Optional.empty(),
                        OptionalInt.empty()))
            .toList();
    try (TestScheduler scheduler = keeping(20)) {
      scheduler.describe(
          new RunDescription(
              "r",
              plain.incarnation(),
              "",
              layers,
              plain.schedule(),
              plain.policy(),
              plain.estimator(),
              plain.totalSteps(),
              plain.phase()));

      for (int step = 1; step <= 6; step++) {
        scheduler.arrive(analysed("r", step, "expert0", 2)).wait(Duration.ofSeconds(31));
      }

      assertThat(scheduler.decisions()).hasSize(6);
      assertThat(scheduler.kept("r")).hasSize(5);
    }
  }

  @Test
  void nothingIsKeptIfNothingIsWanted() {
    try (TestScheduler scheduler = keeping(0)) {
      decide(scheduler, "r", 2);

      assertThat(scheduler.decisions()).hasSize(2);
      assertThat(scheduler.kept("r")).isEmpty();
    }
  }

  @Test
  void keptDecisionsGoWithADeletedRun() {
    try (TestScheduler scheduler = keeping(3)) {
      decide(scheduler, "r", 5);
      decide(scheduler, "r-2", 1);

      scheduler.send(Topic.RUNS, "r", new RecordHeaders(), null);

      assertThat(scheduler.kept("r")).isEmpty();
      assertThat(scheduler.kept("r-2")).hasSize(1);
    }
  }

  @Test
  void keptDecisionsGoWithARunThatEndedLongAgo() {
    try (TestScheduler scheduler = keeping(3)) {
      decide(scheduler, "r", 2);

      scheduler.describe(Samples.run("r").in(RunPhase.RUNNING.finish(1_000)));
      assertThat(scheduler.kept("r")).hasSize(2);
      scheduler.wait(Duration.ofHours(30));

      assertThat(scheduler.kept("r")).isEmpty();
    }
  }

  private TestScheduler keeping(int decisions) {
    return new TestScheduler(
        stateDir,
        Map.of("isotherm.scheduler.decisions-kept", Integer.toString(decisions)),
        PolicyAnswer::next);
  }

  private static void decide(TestScheduler scheduler, String run, int steps) {
    scheduler.describe(Samples.run(run));
    for (int step = 1; step <= steps; step++) {
      scheduler.arrive(
          analysed(run, step, "conv1", 2),
          analysed(run, step, "conv2", 3),
          analysed(run, step, "fc", 4));
    }
  }

  private static List<String> json(List<Decision> decisions) {
    return decisions.stream().map(BrokerClient::json).toList();
  }
}
