package io.isotherm.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.safetensors.SafeTensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFileTest {

  @TempDir private Path folder;

  @Test
  void layersLieOneAfterTheOtherAndComeBackInTheirShapes() throws IOException {
    Workload workload =
        new Workload(
            "two",
            List.of(LayerShape.parse("8x4"), LayerShape.parse("6x5x3x3")),
            WeightKind.TRAINED,
            1);

    try (WeightFile file = WeightFile.write(folder, workload, 1)) {
      List<SafeTensor> layers = file.load();

      assertThat(Files.size(file.path())).isEqualTo((8 * 4 + 6 * 5 * 9) * Float.BYTES);
      assertThat(layers)
          .extracting(SafeTensor::shape)
          .containsExactly(List.of(8L, 4L), List.of(6L, 5L, 3L, 3L));
      byte[] bytes = Files.readAllBytes(file.path());
      byte[] second = new byte[6 * 5 * 9 * Float.BYTES];
      layers.get(1).data().get(second);
      assertThat(second).isEqualTo(Arrays.copyOfRange(bytes, 8 * 4 * Float.BYTES, bytes.length));
    }
  }

  @Test
  void fileIsGoneAfterUse() throws IOException {
    WeightFile.write(folder, Workload.parse("2*4x4", 1), 1).close();

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void seedDecidesTheWeights() throws IOException {
    assertThat(bytes(7)).isEqualTo(bytes(7)).isNotEqualTo(bytes(8));
  }

  private byte[] bytes(long seed) throws IOException {
    try (WeightFile file = WeightFile.write(folder, Workload.parse("2*8x8", 1), seed)) {
      return Files.readAllBytes(file.path());
    }
  }

  @Test
  void weightsOfATrainedLayerHaveTheVarianceOfItsTwoPartsAndAHeavyTail() {
    LayerShape shape = LayerShape.parse("256x128x3x3");

    FloatBuffer weights = new WeightGenerator(WeightKind.TRAINED, 1).next(shape).asFloatBuffer();

    double squares = 0;
    double largest = 0;
    for (int i = 0; i < weights.limit(); i++) {
      double standard = weights.get(i) * Math.sqrt(shape.fanIn());
      squares += standard * standard;
      largest = Math.max(largest, Math.abs(standard));
    }
    // Student's t with 3 degrees of freedom has variance 3.
    assertThat(squares / weights.limit()).isCloseTo(1 + 0.09 * 3, within(0.1));
    assertThat(largest).as("far beyond any Gaussian of that number").isGreaterThan(8);
  }

  @Test
  void columnsOfDecayingWeightsShrink() {
    FloatBuffer weights =
        new WeightGenerator(WeightKind.DECAYING, 1)
            .next(LayerShape.parse("1000x100"))
            .asFloatBuffer();

    assertThat(rootMeanSquare(weights, 0)).isCloseTo(0.1, within(0.01));
    assertThat(rootMeanSquare(weights, 99)).isCloseTo(1e-4, within(1e-5));
  }

  private static double rootMeanSquare(FloatBuffer weights, int column) {
    double squares = 0;
    for (int row = 0; row < 1000; row++) {
      squares += Math.pow(weights.get(row * 100 + column), 2);
    }
    return Math.sqrt(squares / 1000);
  }
}
