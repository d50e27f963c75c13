package io.isotherm.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerShapeTest {

  @Test
  void floorCountsHalfTheGramMatrixAndTheReductionOfTheSmallerSide() {
    double expected = 768.0 * 768 * 3072 + 4.0 / 3 * 768 * 768 * 768;

    assertThat(LayerShape.parse("768x3072").floorFlops()).isEqualTo(expected);
    assertThat(LayerShape.parse("3072x768").floorFlops()).isEqualTo(expected);
  }

  @Test
  void convolutionIsOneMatrixPerKernelPosition() {
    LayerShape shape = LayerShape.parse("512x256x3x3");

    assertThat(shape.matrices()).isEqualTo(9);
    assertThat(shape.order()).isEqualTo(256);
    assertThat(shape.fanIn()).isEqualTo(256 * 9);
    assertThat(shape.weights()).isEqualTo(512 * 256 * 9);
    assertThat(shape.floorFlops()).isEqualTo(9 * LayerShape.parse("512x256").floorFlops());
  }

  @Test
  void shapeIsWrittenAsItIsRead() {
    assertThat(LayerShape.parse("512x256x3x3")).hasToString("512x256x3x3");
  }

  @ParameterizedTest
  @CsvSource({
    "768, a shape must have 2 dimensions",
    "8x8x3, a shape must have 2 dimensions",
    "8x0, dimensions of a shape must be 1 or more",
    "8x-8, dimensions of a shape must be 1 or more",
    "8xtall, a shape must look like",
    "'', a shape must look like",
    "8x, a shape must look like",
    "65536x65536, the weights of a layer must have less than 2 GiB",
    "65536x65536x65536x65536, the weights of a layer must have less than 2 GiB",
  })
  void saysWhatIsWrongWithAShape(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LayerShape.parse(text))
        .withMessageStartingWith(message);
  }
}
