package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.INCARNATION;
import static io.isotherm.scheduler.Samples.analysed;
import static io.isotherm.scheduler.Samples.outcome;
import static io.isotherm.scheduler.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.json.Json;
import io.isotherm.scheduler.rules.LayerAlpha;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.spectra.policy.PolicyAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in memory is in the stores too, in any order of messages, and the memory is bounded. */
class RunMemoryTest {

  private static final Map<String, String> NOTHING_IN_MEMORY =
      Map.of("isotherm.scheduler.layers-in-memory", "0");

  @TempDir Path disk;

  @Test
  void instanceThatTakesOverInTheMiddleOfAStepDecidesAsTheFirstWouldHave() {
    List<LayerOutcome> outcomes = outcomes(new Random(3));
    for (int handedOver = 1; handedOver < outcomes.size(); handedOver += 4) {
      try (TestScheduler alone = new TestScheduler(disk.resolve("alone" + handedOver));
          TestScheduler first = new TestScheduler(disk.resolve("first" + handedOver));
          TestScheduler second = new TestScheduler(disk.resolve("second" + handedOver))) {
        alone.describe(run("r"));
        outcomes.forEach(alone::arrive);

        first.describe(run("r"));
        outcomes.subList(0, handedOver).forEach(first::arrive);
        first.handOver(second);
        outcomes.subList(handedOver, outcomes.size()).forEach(second::arrive);

        List<Decision> decisions = new ArrayList<>(first.decisions());
        decisions.addAll(second.decisions());
        assertThat(decisions).as("handed over after %d", handedOver).isEqualTo(alone.decisions());
      }
    }
  }

  @Test
  void withoutMemoryTheSameIsDecidedAndKnown() {
    for (int seed = 0; seed < 5; seed++) {
      List<LayerOutcome> outcomes = outcomes(new Random(seed));
      try (TestScheduler remembering = new TestScheduler(disk.resolve("a" + seed));
          TestScheduler forgetful =
              new TestScheduler(disk.resolve("b" + seed), NOTHING_IN_MEMORY, PolicyAnswer::next)) {
        for (TestScheduler scheduler : List.of(remembering, forgetful)) {
          scheduler.describe(run("r"));
          outcomes.forEach(scheduler::arrive);
        }

        assertThat(forgetful.decisions()).as("seed %d", seed).isEqualTo(remembering.decisions());
        assertThat(forgetful.state("r")).as("seed %d", seed).isEqualTo(remembering.state("r"));
      }
    }
  }

  @Test
  void outcomeIsASmallRecordAndTheRunIsWrittenWhenItIsDecided() {
    try (TestScheduler scheduler = new TestScheduler(disk)) {
      scheduler.describe(run("r"));
      RunState described = scheduler.withoutLayers("r");

      scheduler.arrive(analysed("r", 100, "conv1", 2.0), analysed("r", 100, "conv2", 3.0));
      assertThat(scheduler.withoutLayers("r")).isEqualTo(described);
      assertThat(scheduler.layer("r", "conv1").open())
          .extracting(LayerRecord.Entry::step)
          .containsExactly(100L);

      scheduler.arrive(analysed("r", 100, "fc", 4.0));
      assertThat(scheduler.withoutLayers("r").steps().closedThrough()).isEqualTo(100);
      assertThat(scheduler.withoutLayers("r").steps().open()).isEmpty();
      assertThat(scheduler.layer("r", "conv1").known()).as("written again").isEmpty();
      assertThat(scheduler.state("r").alphas()).containsOnlyKeys("conv1", "conv2", "fc");
    }
  }

  @Test
  void endedRunKeepsWhatIsKnownOfItsLayers() {
    try (TestScheduler scheduler = new TestScheduler(disk, NOTHING_IN_MEMORY, PolicyAnswer::next)) {
      scheduler.describe(run("r"));
      scheduler.arrive(analysed("r", 100, "conv1", 2.0), analysed("r", 100, "conv2", 3.0));
      scheduler.arrive(analysed("r", 100, "fc", 4.0), analysed("r", 200, "conv1", 5.0));

      scheduler.describe(run("r").in(RunPhase.RUNNING.finish(200)));

      assertThat(scheduler.state("r").steps().open()).isEmpty();
      assertThat(scheduler.state("r").alphas()).containsOnlyKeys("conv1", "conv2", "fc");
      assertThat(scheduler.state("r").alphas().get("conv1").alpha()).hasValue(2.0);
    }
  }

  /** Earlier releases wrote what is in at open steps, and what is known into the run. */
  @Test
  void recordOfALayerOfAnEarlierReleaseIsReadWithItsRun() throws IOException {
    LayerRecord old =
        Json.MAPPER.readValue(
            """
            {"version":1,"open":[
             {"step":100,"epoch":1,"news":{"kind":"measured","alpha":2.5}},
             {"step":200,"epoch":2,"news":{"kind":"unchanged"}}]}
            """,
            LayerRecord.class);

    assertThat(old.knownAt(99)).isEmpty();
    assertThat(old.knownAt(100)).contains(new LayerAlpha(100, OptionalDouble.of(2.5)));
    assertThat(old.knownAt(200)).isEqualTo(old.knownAt(100));
  }

  @Test
  void layersOfAnIncarnationGoWithIt() {
    try (TestScheduler scheduler = new TestScheduler(disk, NOTHING_IN_MEMORY, PolicyAnswer::next)) {
      scheduler.describe(run("r")).arrive(analysed("r", 100, "conv1", 2.0));

      scheduler.describe(run("r", INCARNATION + 1));

      assertThat(scheduler.state("r").steps().open()).isEmpty();
      assertThat(scheduler.layer("r", "conv1")).isNull();
    }
  }

  @Test
  void endedRunHasNoOpenStepsForWhoeverReadsItAgain() {
    try (TestScheduler scheduler = new TestScheduler(disk, NOTHING_IN_MEMORY, PolicyAnswer::next)) {
      scheduler.describe(run("r")).arrive(analysed("r", 100, "conv1", 2.0));

      scheduler.describe(run("r").in(RunPhase.RUNNING.finish(100)));

      assertThat(scheduler.state("r").steps().open()).isEmpty();
      assertThat(scheduler.layer("r", "conv1")).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/golden/run-state-v1.json",
        "/golden/run-state-v1-first.json",
        "/golden/run-state-v1-second.json"
      })
  void openStepsThatAnOlderReleaseKeptInTheRunAreMovedAndDecided(String golden) throws IOException {
    StoredRun old;
    try (InputStream in = RunMemoryTest.class.getResourceAsStream(golden)) {
      old = Json.MAPPER.readValue(in, StoredRun.class);
    }
    assertThat(old.state().steps().open().get(200L).findings()).containsOnlyKeys("conv1", "fc");
    try (TestScheduler scheduler = new TestScheduler(disk)) {
      scheduler.put("r", old);
      assertThat(scheduler.state("r")).isEqualTo(old.state());

      scheduler.arrive(analysed("r", 300, "conv1", 2.0));
      assertThat(scheduler.withoutLayers("r").steps().open()).isEmpty();
      assertThat(scheduler.withoutLayers("r").alphas()).isEmpty();
      assertThat(scheduler.state("r").alphas()).isEqualTo(old.state().alphas());
      assertThat(scheduler.state("r").steps().open()).containsOnlyKeys(200L, 300L);

      scheduler.arrive(analysed("r", 200, "conv2", 3.0));
      Decision decision = scheduler.decision();
      assertThat(decision.step()).isEqualTo(200);
      assertThat(decision.revision()).isEqualTo(2);
      assertThat(decision.missing()).isEmpty();
      assertThat(decision.layers()).extracting(LayerRate::layer).startsWith("conv1", "bn1");
    }
  }

  /** Of five steps in a disturbed order, with some of them twice, too late or without an alpha. */
  private static List<LayerOutcome> outcomes(Random random) {
    List<LayerOutcome> outcomes = new ArrayList<>();
    for (long step = 100; step <= 500; step += 100) {
      for (String layer : List.of("conv1", "conv2", "fc")) {
        LayerOutcome outcome =
            random.nextInt(5) == 0
                ? outcome("r", INCARNATION, step, layer, new Outcome.Failed("out of memory"))
                : analysed("r", step, layer, 2 + random.nextDouble());
        outcomes.add(Math.max(0, outcomes.size() - random.nextInt(4)), outcome);
        if (random.nextInt(5) == 0) {
          outcomes.add(outcome);
        }
      }
    }
    return outcomes;
  }
}
