package io.isotherm.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.isotherm.client.ClientConfig;
import io.isotherm.client.dl4j.SnapshotInterval;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.testkit.TestKafka;
import io.isotherm.testkit.TopicReader;
import io.isotherm.trainer.data.FashionMnist;
import io.isotherm.trainer.network.Networks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the broker has learnt of a run when its training is over. */
class RunEndTest {

  private final String broker = TestKafka.broker().bootstrapServers();
  private final ClientConfig client =
      ClientConfig.of(broker).withCloseTimeout(Duration.ofSeconds(60));

  @Test
  void aRunThatIsTrainedToItsEndHasFinished() throws Exception {
    // When
    job("finishes").train(client, () -> Signal.GO, progress -> {});

    // Then
    assertThat(last("finishes").phase()).isEqualTo(new RunPhase.Finished(2));
  }

  @Test
  void theDescriptionSaysWhatWasOrdered() throws Exception {
    // When
    job("described").train(client, () -> Signal.STOP, progress -> {});

    // Then
    RunDescription described = last("described");
    assertThat(described.policy()).isEqualTo(new PolicySpec.Constant());
    assertThat(described.shadows()).isEqualTo(Map.of("balanced", PolicySpec.DEFAULT));
    assertThat(described.estimator()).isEqualTo(EstimatorSpec.Farms.defaults());
    assertThat(described.title())
        .isEqualTo("ResNet-14 on Fashion-MNIST, 32 images, weight decay 0.0005");
  }

  @Test
  void aRunThatEndsWithTheServiceHasFailedAndSaysWhy() throws Exception {
    // When
    Throwable thrown =
        catchThrowable(() -> job("shut-down").train(client, () -> Signal.SHUTDOWN, progress -> {}));

    // Then
    assertThat(thrown).isInstanceOf(TrainingFailedException.class);
    assertThat(last("shut-down").phase())
        .isEqualTo(new RunPhase.Failed("the trainer was shut down after step 0"));
  }

  private static TrainingJob job(String run) {
    RunOrder order =
        new RunOrder(
            run,
            Networks.defaultNetwork(),
            1,
            1,
            16,
            0.1,
            new PolicySpec.Constant(),
            new TreeMap<>(Map.of("balanced", PolicySpec.DEFAULT)),
            EstimatorSpec.Farms.defaults(),
            new SnapshotInterval.Epochs(1));
    return new TrainingJob(order, 1, FashionMnist.load(32, 10));
  }

  private RunDescription last(String run) {
    List<RunDescription> found = new TopicReader(broker).messages(Messages.RUNS, run);
    return found.get(found.size() - 1);
  }
}
