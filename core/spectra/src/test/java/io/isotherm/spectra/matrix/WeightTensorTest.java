package io.isotherm.spectra.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.golden.Weights;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeightTensorTest {

  @Test
  void weightsThatAreNotFiniteAreCountedInEveryType() {
    assertThat(shorts(DType.F16, 0x3c00, 0x7c00, 0xfc00, 0x7e00).nonFinite()).isEqualTo(3);
    assertThat(shorts(DType.BF16, 0x3f80, 0x7f80, 0xff80, 0x7fc0).nonFinite()).isEqualTo(3);
    assertThat(
            Layers.of(
                    Weights.floats(List.of(1L, 4L), 1, Double.NaN, 1e300, Double.NEGATIVE_INFINITY))
                .nonFinite())
        .isEqualTo(3);
  }

  @Test
  void largestMagnitudeIsThatOfTheFiniteWeights() {
    assertThat(Layers.of(Weights.dense(1, 2, 5, -6)).maxAbs()).isEqualTo(6);
    assertThat(Layers.of(Weights.dense(1, 2, Double.NaN, 3)).maxAbs()).isEqualTo(3);
    assertThat(Layers.of(Weights.dense(0, 2)).maxAbs()).isZero();
  }

  @Test
  void convolutionCanBeReadAsSlicesKernelsOrFilters() {
    // Given [out=2, in=3, kH=1, kW=2] with element (o, i, 0, w) = 1 + (6 o + 2 i + w) / 16
    double[] values = IntStream.range(0, 12).mapToDouble(i -> 1 + i / 16.0).toArray();
    WeightTensor layer = Layers.of(Weights.tensor(List.of(2L, 3L, 1L, 2L), values));

    // Then
    assertThat(layer.kernelRank()).isEqualTo(2);
    assertThat(copy(layer.slices(), 1))
        .containsExactly(values[1], values[3], values[5], values[7], values[9], values[11]);
    assertThat(layer.kernels().count()).isEqualTo(6);
    assertThat(copy(layer.kernels(), 4)).containsExactly(values[8], values[9]);
    assertThat(layer.filters().count()).isEqualTo(2);
    assertThat(copy(layer.filters(), 1))
        .containsExactly(values[6], values[7], values[8], values[9], values[10], values[11]);
  }

  @Test
  void convolutionOverOneDimensionHasOneSlicePerPosition() {
    // Given [out=2, in=2, k=3]
    double[] values = IntStream.range(0, 12).mapToDouble(i -> 1 + i / 16.0).toArray();
    WeightTensor layer = Layers.of(Weights.tensor(List.of(2L, 2L, 3L), values));

    // Then
    assertThat(layer.kernelRank()).isOne();
    assertThat(layer.slices().count()).isEqualTo(3);
    assertThat(copy(layer.slices(), 2))
        .containsExactly(values[2], values[5], values[8], values[11]);
    assertThat(layer.filters().count()).isEqualTo(2);
    assertThat(layer.filters().rows()).isEqualTo(2);
    assertThat(layer.filters().columns()).isEqualTo(3);
  }

  @Test
  void dimensionsThatOverflowAreRefusedEvenIfThereIsNoElement() {
    assertThatThrownBy(() -> WeightTensor.of(Weights.tensor(List.of(0L, 1L << 31))))
        .isInstanceOf(UnreadableTensorException.class)
        .hasMessage("tensor 'layer' must have less than 2^31 elements, got shape: [0, 2147483648]");
    assertThatThrownBy(
            () -> WeightTensor.of(Weights.tensor(List.of(0L, 1L << 20, 1L << 20, 1L << 20))))
        .isInstanceOf(UnreadableTensorException.class);
  }

  private static double[] copy(WeightMatrices matrices, int matrix) {
    double[] target = new double[matrices.matrixLength()];
    matrices.copyTo(matrix, DoubleBuffer.wrap(target));
    return target;
  }

  private static WeightTensor shorts(DType dtype, int... bits) {
    ByteBuffer data = ByteBuffer.allocate(bits.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : bits) {
      data.putShort((short) value);
    }
    return Layers.of(
        new SafeTensor("layer", dtype, List.of(1L, (long) bits.length), Map.of(), data.flip()));
  }
}
