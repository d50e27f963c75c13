package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.safetensors.DType;
import io.isotherm.testkit.TestKafka;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of the README, word for word, in a training loop that can be seen at work. */
@Timeout(120)
class EmbeddingExampleTest {

  private static final int STEPS = 20;
  private static final double LEARNING_RATE = 0.1;

  // [example]
  /** Trains one dense layer of 64 outputs and 128 inputs; {@code weights} is [out, in]. */
  static void train(ClientConfig config, float[] weights) {
    LayerDescription dense =
        new LayerDescription(
            "dense", LayerKind.DENSE, List.of(64L, 128L), Optional.empty(), OptionalInt.empty());
    RunDescription description =
        new RunDescription(
            "example",
            Incarnations.next(0),
            "one dense layer on nothing",
            List.of(dense),
            new BaseSchedule.Constant(LEARNING_RATE),
            PolicySpec.DEFAULT,
            EstimatorSpec.DEFAULT,
            STEPS,
            RunPhase.RUNNING);
    try (TrainingRun run = TrainingRun.start(config, description)) {
      for (int step = 0; step < STEPS; step++) {
        Rates rates = run.beginStep(step);
        double loss = sgdStep(weights, rates.factor("dense") * LEARNING_RATE);
        if ((step + 1) % 5 == 0) {
          run.snapshot(step + 1, 0, new Float32Weights(weights));
          run.progress(step + 1, 0, OptionalDouble.of(loss), OptionalDouble.empty(), LEARNING_RATE);
        }
      }
      run.finish(STEPS);
    }
  }

  static final class Float32Weights implements LayerWeights {
    private final float[] weights;

    Float32Weights(float[] weights) {
      this.weights = weights;
    }

    @Override
    public DType dtype(LayerDescription layer) {
      return DType.F32;
    }

    @Override
    public void copyTo(LayerDescription layer, ByteBuffer target) {
      target.asFloatBuffer().put(weights);
    }
  }

  // [example]

  /** Shrinks the weights: the gradient of half the sum of their squares. */
  private static double sgdStep(float[] weights, double learningRate) {
    double loss = 0;
    for (int i = 0; i < weights.length; i++) {
      loss += 0.5 * weights[i] * weights[i];
      weights[i] -= (float) (learningRate * weights[i]);
    }
    return loss;
  }

  @Test
  void theExampleTrainsWithABrokerAndWithout() {
    for (String address : List.of(TestKafka.broker().bootstrapServers(), "127.0.0.1:1")) {
      float[] weights = new float[64 * 128];
      Arrays.fill(weights, 1);

      train(ClientConfig.of(address).withCloseTimeout(Duration.ofSeconds(1)), weights);

      assertThat(weights[0]).isLessThan(0.2f);
    }
  }

  @Test
  void theReadmeHasThisExample() throws IOException {
    String here =
        Files.readString(Path.of("src/test/java/io/isotherm/client/EmbeddingExampleTest.java"));
    String example = here.split("  // \\[example]\n")[1].strip().replaceAll("(?m)^  ", "");

    assertThat(Files.readString(Path.of("README.md"))).contains(example);
  }
}
