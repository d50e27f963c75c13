package io.isotherm.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.client.ClientConfig;
import io.isotherm.client.dl4j.OneDnnHelpers;
import io.isotherm.client.dl4j.SnapshotInterval;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.trainer.data.FashionMnist;
import io.isotherm.trainer.network.Networks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs of a few steps without a broker. */
class TrainingJobTest {

  private static final ClientConfig NO_BROKER =
      ClientConfig.of("127.0.0.1:1").withBufferBytes(4 << 20).withCloseTimeout(Duration.ZERO);

  /** 64 images in batches of 16: four steps an epoch. */
  private static final FashionMnist DATA = FashionMnist.load(64, 50);

  @BeforeAll
  static void useTheHelpers() {
    OneDnnHelpers.enable();
  }

  @Test
  void trainsEveryStepAndMeasuresTheAccuracy() throws TrainingFailedException {
    // Given
    TrainingJob job = new TrainingJob(order("whole", 1, 0.1), 17, DATA);

    // When
    RunProgress last = job.train(NO_BROKER, () -> Signal.GO, progress -> {});

    // Then
    assertThat(last.incarnation()).isEqualTo(17);
    assertThat(last.step()).isEqualTo(8).isEqualTo(last.totalSteps());
    assertThat(last.epoch()).isEqualTo(2);
    assertThat(last.loss()).isPresent();
    assertThat(last.accuracy().orElseThrow()).isBetween(0.0, 1.0);
    assertThat(last.counters().snapshotsTaken()).isEqualTo(16 * 3); // at steps 0, 4 and 8
  }

  @Test
  void theSameSeedGivesTheSameLossesAndAnotherSeedOthers() throws TrainingFailedException {
    List<OptionalDouble> losses = losses(order("same", 5, 0.1));
    assertThat(losses).hasSize(10).isEqualTo(losses(order("same", 5, 0.1)));
    assertThat(losses).isNotEqualTo(losses(order("same", 6, 0.1)));
  }

  @Test
  void stopsBeforeTheNextStep() throws TrainingFailedException {
    // Given
    TrainingJob job = new TrainingJob(order("stopped", 1, 0.1), 1, DATA);
    AtomicReference<Signal> signal = new AtomicReference<>(Signal.GO);

    // When
    RunProgress last =
        job.train(
            NO_BROKER,
            signal::get,
            progress -> {
              if (progress.step() == 3) {
                signal.set(Signal.STOP);
              }
            });

    // Then: the epoch was not completed, so nothing is told of it
    assertThat(last.step()).isEqualTo(3);
    assertThat(last.epoch()).isZero();
    assertThat(last.accuracy()).isEmpty();
    assertThat(last.counters().snapshotsTaken()).isEqualTo(16);
  }

  @Test
  void aLossThatIsNoNumberEndsTheRun() {
    TrainingJob job = new TrainingJob(order("diverged", 1, 1e30), 1, DATA);
    assertThatThrownBy(() -> job.train(NO_BROKER, () -> Signal.GO, progress -> {}))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("take a smaller learningRate than 1.0E30");
  }

  @Test
  void theEndOfTheServiceFailsTheRun() {
    TrainingJob job = new TrainingJob(order("shutdown", 1, 0.1), 1, DATA);
    assertThatThrownBy(() -> job.train(NO_BROKER, () -> Signal.SHUTDOWN, progress -> {}))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessage("the trainer was shut down after step 0");
  }

  private static List<OptionalDouble> losses(RunOrder order) throws TrainingFailedException {
    List<OptionalDouble> losses = new ArrayList<>();
    new TrainingJob(order, 1, DATA)
        .train(NO_BROKER, () -> Signal.GO, progress -> losses.add(progress.loss()));
    return losses;
  }

  private static RunOrder order(String run, long seed, double learningRate) {
    return new RunOrder(
        run,
        Networks.defaultNetwork(),
        2,
        seed,
        16,
        learningRate,
        new PolicySpec.Constant(),
        Collections.emptySortedMap(),
        EstimatorSpec.DEFAULT,
        new SnapshotInterval.Epochs(1));
  }
}
