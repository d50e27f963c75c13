package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.INCARNATION;
import static io.isotherm.scheduler.Samples.LAYERS;
import static io.isotherm.scheduler.Samples.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.scheduler.rules.Arrival;
import io.isotherm.scheduler.rules.Event;
import io.isotherm.scheduler.rules.LayerAlpha;
import io.isotherm.scheduler.rules.LayerFinding;
import io.isotherm.scheduler.rules.Limits;
import io.isotherm.scheduler.rules.RunRules;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Transition;
import io.isotherm.spectra.policy.PolicyAnswer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What holds for every order in which Kafka may hand over the messages of a run. */
class RunRulesTest {

  private static final int HISTORIES = 200;
  private static final int STEPS = 10;
  private static final RunRules RULES =
      new RunRules(PolicyAnswer::next, new Limits(16, 1024, 0.01, 100));

  @Test
  void inAnyOrderTheLastStepGetsTheSameDecision() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      Random random = new Random(seed);
      List<Event> inOrder = analysesOfAllSteps(new Random(42));
      Decision expected = last(play(inOrder).decisions());

      Played played = play(disturbed(inOrder, random, false));

      assertThat(last(played.decisions()))
          .as("seed %d", seed)
          .usingRecursiveComparison()
          .ignoringFields("revision")
          .isEqualTo(expected);
    }
  }

  @Test
  void inAnyOrderEachCompleteStepGetsTheFactorsOfItsOwnAlphas() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      List<Event> inOrder = analysesOfAllSteps(new Random(42));
      Map<Long, List<LayerRate>> expected = new HashMap<>();
      play(inOrder)
          .decisions()
          .forEach(decision -> expected.put(decision.step(), decision.layers()));

      Played played = play(disturbed(inOrder, new Random(seed), false));

      assertThat(expected).hasSize(STEPS);
      assertThat(played.decisions())
          .as("seed %d", seed)
          .allSatisfy(
              decision -> assertThat(decision.layers()).isEqualTo(expected.get(decision.step())));
    }
  }

  @Test
  void inAnyOrderAndWithAnyDeadlinesTheSameIsKnownInTheEnd() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      Random random = new Random(seed);
      List<Event> inOrder = anyOutcomesOfAllSteps(random);

      Played played = play(disturbed(inOrder, random, true));

      assertThat(played.state().alphas()).as("seed %d", seed).isEqualTo(newestOf(inOrder));
    }
  }

  @Test
  void inAnyOrderStepsGrowAndRevisionsCount() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      Random random = new Random(seed);

      List<Decision> decisions =
          play(disturbed(anyOutcomesOfAllSteps(random), random, true)).decisions();

      assertThat(decisions).as("seed %d", seed).isNotEmpty();
      for (int i = 0; i < decisions.size(); i++) {
        assertThat(decisions.get(i).revision()).as("seed %d", seed).isEqualTo(i + 1);
        if (i > 0) {
          assertThat(decisions.get(i).step())
              .as("seed %d", seed)
              .isGreaterThan(decisions.get(i - 1).step());
        }
      }
    }
  }

  private record Played(RunState state, List<Decision> decisions) {}

  private static Played play(List<Event> events) {
    RunState state = RunState.EMPTY;
    List<Decision> decisions = new ArrayList<>();
    for (Event event : events) {
      Transition transition = RULES.apply(state, event, OptionalDouble.empty(), 0);
      state = transition.state();
      transition.decisions().forEach(made -> decisions.add(made.decision()));
    }
    return new Played(state, decisions);
  }

  private static List<Event> analysesOfAllSteps(Random random) {
    List<Event> events = new ArrayList<>();
    events.add(new Event.Described(Samples.run("r")));
    for (long step = 1; step <= STEPS; step++) {
      for (LayerDescription layer : LAYERS) {
        events.add(arrival(step, layer.name(), Samples.alpha(1.5 + random.nextInt(400) / 100.0)));
      }
    }
    return events;
  }

  private static List<Event> anyOutcomesOfAllSteps(Random random) {
    List<Event> events = new ArrayList<>();
    for (Event event : analysesOfAllSteps(random)) {
      if (event instanceof Event.Arrived arrived) {
        long step = arrived.arrival().step();
        String layer = arrived.arrival().layer();
        events.add(
            switch (random.nextInt(6)) {
              case 0 -> arrival(step, layer, new Outcome.Failed("out of memory"));
              case 1 -> arrival(step, layer, new Outcome.Superseded(INCARNATION, step + 1));
              case 2 -> arrival(step, layer, new Outcome.Skipped("all weights are 0"));
              default -> event;
            });
      } else {
        events.add(event);
      }
    }
    return events;
  }

  /** Shuffled, some of it twice, with foreign messages and, if asked for, deadlines in between. */
  private static List<Event> disturbed(List<Event> inOrder, Random random, boolean deadlines) {
    List<Event> events = new ArrayList<>(inOrder);
    for (Event event : inOrder) {
      if (random.nextInt(3) == 0) {
        events.add(event);
      }
    }
    for (int i = 0; i < STEPS; i++) {
      long step = 1L + random.nextInt(STEPS);
      events.add(arrival(step, "another-layer", Samples.alpha(9)));
      events.add(
          new Event.Arrived(
              Arrival.of(outcome("r", INCARNATION - 1, step, "fc", Samples.alpha(9)))));
      events.add(
          new Event.Arrived(
              new Arrival(
                  INCARNATION,
                  step,
                  0,
                  "fc",
                  new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 3.0, false, 0.5),
                  new LayerFinding.Measured(9))));
      if (deadlines) {
        events.add(new Event.DeadlinePassed(INCARNATION, new HashSet<>(List.of(step))));
      }
    }
    events.add(new Event.Described(Samples.run("r", INCARNATION - 1)));
    Collections.shuffle(events, random);
    if (deadlines) {
      events.add(new Event.DeadlinePassed(INCARNATION, new HashSet<>(List.of((long) STEPS))));
    }
    return events;
  }

  private static SortedMap<String, LayerAlpha> newestOf(List<Event> events) {
    SortedMap<String, LayerAlpha> newest = new TreeMap<>();
    for (Event event : events) {
      if (event instanceof Event.Arrived arrived) {
        Arrival arrival = arrived.arrival();
        if (arrival.finding() instanceof LayerFinding.Measured measured) {
          newest.put(
              arrival.layer(),
              new LayerAlpha(
                  arrival.step(), OptionalDouble.of(measured.alpha()), measured.numbers()));
        } else if (arrival.finding() instanceof LayerFinding.Unusable) {
          newest.put(arrival.layer(), new LayerAlpha(arrival.step(), OptionalDouble.empty()));
        }
      }
    }
    return newest;
  }

  private static Event arrival(long step, String layer, Outcome outcome) {
    return new Event.Arrived(Arrival.of(outcome("r", INCARNATION, step, layer, outcome)));
  }

  private static Decision last(List<Decision> decisions) {
    return decisions.get(decisions.size() - 1);
  }
}
