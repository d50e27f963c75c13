package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.INCARNATION;
import static io.isotherm.scheduler.Samples.analysed;
import static io.isotherm.scheduler.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose trainer has a schedule of its own. */
class ExternalScheduleTest {

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
  void decisionShowsTheRateThatTheTrainerToldLast() {
    scheduler.describe(external(Samples.POLICY));
    tell(INCARNATION, 0.3);
    tell(INCARNATION, 0.2);

    complete(100);

    Decision decision = scheduler.decision();
    assertThat(decision.baseLearningRate()).hasValue(0.2);
    assertThat(decision.layers())
        .allSatisfy(layer -> assertThat(layer.learningRate()).hasValue(layer.factor() * 0.2));
  }

  @Test
  void decisionHasNoRateBeforeTheTrainerHasToldAny() {
    scheduler.describe(external(Samples.POLICY));
    tell(INCARNATION - 1, 0.3);

    complete(100);

    Decision decision = scheduler.decision();
    assertThat(decision.baseLearningRate()).isEmpty();
    assertThat(decision.layers())
        .allSatisfy(layer -> assertThat(layer.learningRate()).isEmpty())
        .extracting(LayerRate::factor)
        .containsExactly(0.5, 0.5, 1.0, 1.5);
  }

  @Test
  void idIsTheSameWhateverTheTrainerHasTold(@TempDir Path otherDir) {
    scheduler.describe(external(Samples.POLICY));
    tell(INCARNATION, 0.3);
    complete(100);

    try (TestScheduler other = new TestScheduler(otherDir)) {
      other
          .describe(external(Samples.POLICY))
          .arrive(
              analysed("r", 100, "conv1", 2.0),
              analysed("r", 100, "conv2", 3.0),
              analysed("r", 100, "fc", 4.0));

      assertThat(other.decision().id()).isEqualTo(scheduler.decision().id());
    }
  }

  @Test
  void formulaOfTheDescriptionCountsWhateverTheTrainerHasTold() {
    scheduler.describe(run("r"));
    tell(INCARNATION, 7);

    complete(0);

    assertThat(scheduler.decision().baseLearningRate()).hasValue(0.1);
  }

  @Test
  void windowInStepsOpensAndClosesAsWithAnySchedule() {
    scheduler.describe(
        external(
            Samples.linear(
                new PolicyOptions(
                    "alpha",
                    List.of(),
                    Optional.empty(),
                    0,
                    0,
                    Optional.of(new PolicyOptions.Window.Steps(100, 200)),
                    Optional.empty()))));

    complete(50);
    complete(100);
    complete(250);

    assertThat(scheduler.decisions())
        .extracting(decision -> decision.layers().get(0).factor())
        .containsExactly(1.0, 0.5, 0.5);
  }

  private void complete(long step) {
    scheduler.arrive(
        analysed("r", step, "conv1", 2.0),
        analysed("r", step, "conv2", 3.0),
        analysed("r", step, "fc", 4.0));
  }

  private void tell(long incarnation, double rate) {
    scheduler.send(
        Messages.PROGRESS.encode(
            new Progress(
                "r",
                incarnation,
                1,
                0,
                1_000,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                rate,
                Map.of(),
                List.of(),
                ClientCounters.ZERO)));
  }

  private static RunDescription external(PolicySpec policy) {
    RunDescription plain = run("r", INCARNATION, policy, Map.of());
    return new RunDescription(
        plain.run(),
        plain.incarnation(),
        plain.title(),
        plain.layers(),
        BaseSchedule.EXTERNAL,
        plain.policy(),
        plain.estimator(),
        plain.totalSteps(),
        plain.phase());
  }
}
