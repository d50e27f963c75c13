package io.isotherm.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.policy.PolicySpec;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RunTallyTest {

  private final RunTally tally = new RunTally(Sample.RUN);

  @Test
  void messagesOfOtherRunsArePassedOver() {
    tally.add(Sample.progress("other", 50, 1, OptionalDouble.empty(), Map.of()));
    tally.add(Sample.outcome("other", 50, "conv", Sample.analysed(1)));

    assertThat(tally.newest()).isEmpty();
    assertThat(tally.epochs()).isEmpty();
    assertThat(tally.outcomes()).isEmpty();
  }

  @Test
  void aMessageThatComesTwiceCountsOnce() {
    for (int time = 0; time < 2; time++) {
      tally.add(Sample.outcome(50, "conv", Sample.analysed(1)));
      tally.add(Sample.decision(1, 50, PolicySpec.DEFAULT));
      tally.add(
          Sample.progress(53, 1, OptionalDouble.empty(), Map.of(), Sample.applied(1, 50, 52)));
    }

    assertThat(tally.outcomes()).hasSize(1);
    assertThat(tally.decisions()).hasSize(1);
    assertThat(tally.applied()).hasSize(1);
    assertThat(tally.epochs()).hasSize(1);
  }

  @Test
  void theFirstOutcomeOfALayerAtAStepStands() {
    tally.add(Sample.outcome(50, "conv", Sample.analysed(1)));
    tally.add(Sample.outcome(50, "conv", new Outcome.Superseded(1, 100)));

    assertThat(tally.outcomes()).containsExactly(Sample.analysed(1));
  }

  @Test
  void anEpochIsTheFirstMessageOfItWithItsAccuracy() {
    Progress before = Sample.progress(20, 0, OptionalDouble.empty(), Map.of());
    Progress end = Sample.progress(50, 1, OptionalDouble.empty(), Map.of());
    Progress measured = Sample.progress(50, 1, OptionalDouble.of(0.7), Map.of());
    Progress later = Sample.progress(60, 1, OptionalDouble.empty(), Map.of());

    tally.add(before);
    tally.add(end);
    tally.add(measured);
    tally.add(later);

    assertThat(tally.epochs()).containsExactly(measured);
    assertThat(tally.newest()).contains(later);
  }

  @Test
  void theDecisionInForceIsTheLastOneTakenOverByThen() {
    tally.add(
        Sample.progress(
            90,
            1,
            OptionalDouble.empty(),
            Map.of(),
            Sample.applied(1, 20, 23),
            Sample.applied(2, 40, 50),
            Sample.applied(3, 60, 61)));

    assertThat(tally.inForceAt(22)).isEmpty();
    assertThat(tally.inForceAt(23)).contains(Sample.applied(1, 20, 23));
    assertThat(tally.inForceAt(50)).contains(Sample.applied(2, 40, 50));
    assertThat(tally.inForceAt(100)).contains(Sample.applied(3, 60, 61));
  }
}
