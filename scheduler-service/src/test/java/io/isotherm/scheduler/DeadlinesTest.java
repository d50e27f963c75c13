package io.isotherm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.scheduler.rules.Event.DeadlinePassed;
import io.isotherm.scheduler.rules.OpenStep;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Steps;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

  private final Deadlines deadlines = new Deadlines(Duration.ofMillis(100));

  @Test
  void stepIsDueFromItsOwnFirstOutcomeOn() {
    deadlines.follow("r", open(1, 10), 0);
    deadlines.follow("r", open(1, 10, 20), 60);

    assertThat(deadlines.passed(99)).isEmpty();
    assertThat(deadlines.passed(100)).containsEntry("r", new DeadlinePassed(1, Set.of(10L)));
    assertThat(deadlines.passed(160)).containsEntry("r", new DeadlinePassed(1, Set.of(10L, 20L)));
  }

  @Test
  void stepThatIsClosedIsNeverDue() {
    deadlines.follow("r", open(1, 10), 0);

    deadlines.follow("r", open(1), 50);

    assertThat(deadlines.passed(1_000)).isEmpty();
  }

  @Test
  void sameStepOfANewIncarnationWaitsFromTheStart() {
    deadlines.follow("r", open(1, 10), 0);

    deadlines.follow("r", open(2, 10), 90);

    assertThat(deadlines.passed(110)).isEmpty();
    assertThat(deadlines.passed(190)).containsEntry("r", new DeadlinePassed(2, Set.of(10L)));
  }

  private static RunState open(long incarnation, long... steps) {
    SortedMap<Long, OpenStep> open = new TreeMap<>();
    for (long step : steps) {
      open.put(step, new OpenStep(0, new TreeMap<>()));
    }
    return Samples.state(Samples.run("r", incarnation), new Steps(open, -1, Optional.empty()));
  }
}
