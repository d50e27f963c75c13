package io.isotherm.scheduler.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.scheduler.rules.Arrival;
import io.isotherm.scheduler.rules.Controls;
import io.isotherm.scheduler.rules.LayerAlpha;
import io.isotherm.scheduler.rules.LayerFinding;
import io.isotherm.scheduler.rules.Liveness;
import io.isotherm.scheduler.rules.OpenStep;
import io.isotherm.scheduler.rules.PolicyChange;
import io.isotherm.scheduler.rules.PolicyTracks;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Steps;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RunPageTest {

  private static final String OWNER = "10.0.0.9:8083";
  private static final Signature ADA = new Signature("ada", 1_000);
  private static final PolicySpec CONSTANT = PolicySpec.Constant.baseline();

  private static final RunDescription RUN =
      new RunDescription(
          "r",
          7,
          "two layers",
          List.of(layer("a"), layer("b")),
          new BaseSchedule.Cosine(0.1, 1_000),
          PolicySpec.Linear.tempBalance(),
          EstimatorSpec.DEFAULT,
          1_000,
          RunPhase.RUNNING);

  private static final RunState STATE =
      new RunState(
          Optional.of(RUN),
          new Steps(
              new TreeMap<>(
                  Map.of(
                      200L,
                      new OpenStep(2, new TreeMap<>(Map.of("b", new LayerFinding.Unusable()))))),
              100,
              Optional.of(new Steps.LastDecision(3, 100))),
          new TreeMap<>(Map.of("a", new LayerAlpha(100, OptionalDouble.of(2.5)))),
          List.of(),
          new Controls(Optional.of(new PolicyChange(CONSTANT, ADA)), Optional.of(ADA)),
          PolicyTracks.NONE,
          Liveness.NONE,
          new TreeMap<>(Map.of("late", 4L)));

  @Test
  void pageSaysWhatIsInForceAndWhatIsOpen() {
    RunPage page = RunPage.of("r", STATE, OWNER);

    assertThat(page.phase()).isEqualTo("running");
    assertThat(page.policy()).contains(CONSTANT);
    assertThat(page.policyBy()).contains(ADA);
    assertThat(page.hold()).contains(ADA);
    assertThat(page.lastDecision()).contains(new RunPage.LastDecision(3, 100));
    assertThat(page.layers())
        .containsExactly(
            new RunPage.Layer("a", OptionalDouble.of(2.5), OptionalLong.of(100)),
            new RunPage.Layer("b", OptionalDouble.empty(), OptionalLong.empty()));
    assertThat(page.openSteps()).containsExactly(new RunPage.OpenStep(200, 2, 1, 2));
    assertThat(page.dropped()).isEqualTo(Map.of("late", 4L));
    assertThat(page.owner()).isEqualTo(OWNER);
  }

  @Test
  void summaryNamesThePolicyInForce() {
    assertThat(RunSummary.of("r", STATE, OWNER))
        .isEqualTo(
            new RunSummary(
                "r",
                7,
                "running",
                Optional.of("constant"),
                true,
                OptionalLong.of(100),
                OptionalLong.of(3),
                1,
                OWNER));
  }

  @Test
  void lostRunIsShownAsSuchUntilItEnds() {
    RunState lost =
        new RunState(
            Optional.of(RUN),
            Steps.NONE,
            new TreeMap<>(),
            List.of(),
            Controls.NONE,
            PolicyTracks.NONE,
            new Liveness(0, OptionalLong.of(1)),
            new TreeMap<>());

    assertThat(RunPage.of("r", lost, OWNER).phase()).isEqualTo("lost");
    assertThat(RunSummary.of("r", lost, OWNER).phase()).isEqualTo("lost");
  }

  @Test
  void runWithoutADescriptionIsShownWithWhatWaits() {
    RunState state =
        new RunState(
            Optional.empty(),
            Steps.NONE,
            new TreeMap<>(),
            List.of(new Arrival(7, 1, 0, "a", EstimatorSpec.DEFAULT, new LayerFinding.Unusable())),
            Controls.NONE,
            PolicyTracks.NONE,
            Liveness.NONE,
            new TreeMap<>());

    RunPage page = RunPage.of("r", state, OWNER);

    assertThat(page.phase()).isEqualTo("undescribed");
    assertThat(page.policy()).isEmpty();
    assertThat(page.layers()).isEmpty();
    assertThat(page.waitingOutcomes()).isEqualTo(1);
    assertThat(RunSummary.of("r", state, OWNER).phase()).isEqualTo("undescribed");
  }

  private static LayerDescription layer(String name) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(64L, 64L), Optional.empty(), OptionalInt.empty());
  }
}
