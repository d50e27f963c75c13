package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.progress.ClientCounters;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoBrokerTest {

  // Nothing listens on port 1, and no resolver knows a name that ends in .invalid (RFC 2606).
  private static final String NOBODY = "127.0.0.1:1";
  private static final String UNKNOWN = "broker.invalid:9092";
  private static final String NONSENSE = "no port at all";

  private static final int STEPS = 5000;
  private static final TestRuns.FixedWeights WEIGHTS = new TestRuns.FixedWeights(1);

  @ParameterizedTest
  @ValueSource(strings = {NOBODY, UNKNOWN, NONSENSE})
  @Timeout(60)
  void trainingThreadNeverWaitsWhileTheBrokerIsDown(String bootstrapServers) {
    ClientConfig config =
        ClientConfig.of(bootstrapServers)
            .withBufferBytes(4 << 20)
            .withCloseTimeout(Duration.ofMillis(200));
    TrainingRun run = TrainingRun.start(config, TestRuns.run("alone", Incarnations.next(0)));
    long longest = 0;

    for (int step = 0; step < STEPS; step++) {
      long before = System.nanoTime();
      assertThat(run.beginStep(step).factor("conv")).isEqualTo(1.0);
      run.snapshot(step + 1, 0, WEIGHTS);
      run.progress(step + 1, 0, OptionalDouble.of(1), OptionalDouble.empty(), 0.1);
      longest = Math.max(longest, System.nanoTime() - before);
    }
    run.finish(STEPS);
    long closing = System.nanoTime();
    run.close();

    ClientCounters counters = run.counters();
    assertThat(counters.snapshotsTaken()).isEqualTo(2 * STEPS);
    assertThat(counters.snapshotsPublished()).isZero();
    assertThat(counters.snapshotsDropped()).isEqualTo(2 * STEPS);
    assertThat(counters.stallNanos()).isPositive().isLessThanOrEqualTo(counters.trainingNanos());
    // A step copies 1.2 MB; any wait for Kafka would be max.block.ms or longer.
    assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofMillis(2500));
    assertThat(Duration.ofNanos(System.nanoTime() - closing)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  @Timeout(60)
  void settingsThatKafkaRefusesDoNotStopTraining() {
    ClientConfig config =
        ClientConfig.of(NOBODY)
            .withKafkaProperty("security.protocol", "TELEPATHY")
            .withCloseTimeout(Duration.ZERO);

    try (TrainingRun run = TrainingRun.start(config, TestRuns.run("refused", 1))) {
      run.beginStep(0);
      run.snapshot(1, 0, WEIGHTS);
      assertThat(run.rates()).isEqualTo(Rates.NONE);
    }
  }

  @Test
  @Timeout(60)
  void badProgressThrowsNothingAtTheTrainingThread() {
    try (TrainingRun run =
        TrainingRun.start(
            ClientConfig.of(NOBODY).withCloseTimeout(Duration.ZERO), TestRuns.run("bad", 1))) {
      run.progress(1, 0, OptionalDouble.of(Double.NaN), OptionalDouble.of(7), Double.NaN);
      run.fail(null);
      run.finish(-5);
      run.snapshot(1, 0, WEIGHTS);

      assertThat(run.counters().snapshotsTaken()).isZero();
    }
  }

  @Test
  @Timeout(60)
  void aResumedRunHasTheFactorsOfItsCheckpointWithoutAnyBroker() {
    RunCheckpoint checkpoint =
        new RunCheckpoint("again", 1, new Rates("d", 3, 10, Map.of("conv", 0.7)));

    try (TrainingRun run =
        TrainingRun.resume(
            ClientConfig.of(NOBODY).withCloseTimeout(Duration.ZERO),
            TestRuns.run("again", 2),
            checkpoint)) {
      assertThat(run.beginStep(10).factor("conv")).isEqualTo(0.7);
      assertThat(run.counters().decisionsApplied()).isZero();
      assertThat(run.checkpoint()).isEqualTo(new RunCheckpoint("again", 2, checkpoint.rates()));
    }
  }

  @Test
  @Timeout(60)
  void aCheckpointWithAFactorOutsideTheBoundsIsNotBelieved() {
    RunCheckpoint checkpoint =
        new RunCheckpoint("again", 1, new Rates("d", 3, 10, Map.of("conv", 1e6)));

    try (TrainingRun run =
        TrainingRun.resume(
            ClientConfig.of(NOBODY).withCloseTimeout(Duration.ZERO),
            TestRuns.run("again", 2),
            checkpoint)) {
      assertThat(run.beginStep(10)).isEqualTo(Rates.NONE);
    }
  }
}
