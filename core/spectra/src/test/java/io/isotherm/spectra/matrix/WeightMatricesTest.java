package io.isotherm.spectra.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.golden.Weights;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightMatricesTest {

  @Test
  void denseLayerIsOneMatrix() {
    // When
    WeightMatrices matrices = Layers.slices(Weights.dense(2, 3, 1, 1.5, 1.25, 1.75, 1, 1));

    // Then
    assertThat(matrices.count()).isOne();
    assertThat(matrices.rows()).isEqualTo(2);
    assertThat(matrices.columns()).isEqualTo(3);
    assertThat(matrices.order()).isEqualTo(2);
    assertThat(matrices.eigenvalueCount()).isEqualTo(2);
    assertThat(copy(matrices, 0)).containsExactly(1, 1.5, 1.25, 1.75, 1, 1);
  }

  @Test
  void convolutionIsOneMatrixPerPositionOfItsKernel() {
    // Given [out=2, in=3, kH=2, kW=2] with element (o, i, h, w) = 1 + its index / 32
    double[] values = IntStream.range(0, 24).mapToDouble(i -> 1 + i / 32.0).toArray();

    // When
    WeightMatrices matrices = Layers.slices(Weights.tensor(List.of(2L, 3L, 2L, 2L), values));

    // Then
    assertThat(matrices.count()).isEqualTo(4);
    assertThat(matrices.eigenvalueCount()).isEqualTo(8);
    for (int slice = 0; slice < 4; slice++) {
      double[] expected = new double[6];
      for (int i = 0; i < 6; i++) {
        expected[i] = values[i * 4 + slice];
      }
      assertThat(copy(matrices, slice)).containsExactly(expected);
    }
  }

  @Test
  void placementSaysWhereEveryElementLies() {
    // Given windows of the slices of a convolution, and of their transposes
    double[] values = IntStream.range(0, 4 * 5 * 3 * 2).mapToDouble(i -> 1 + i / 128.0).toArray();
    WeightMatrices slices = Layers.slices(Weights.tensor(List.of(4L, 5L, 3L, 2L), values));
    WeightMatrices windows = slices.windows(new int[] {1, 2}, new int[] {2}, 2, 3);

    for (WeightMatrices matrices : List.of(slices, windows, windows.transposed())) {
      // When
      WeightMatrices.Placement placement = matrices.placement();

      // Then
      assertThat(placement.dtype()).isEqualTo(DType.F64);
      DoubleBuffer data = placement.data().asDoubleBuffer();
      for (int k = 0; k < matrices.count(); k++) {
        double[] expected = copy(matrices, k);
        for (int i = 0; i < expected.length; i++) {
          int at =
              placement.offsets()[k]
                  + i / matrices.columns() * placement.rowStride()
                  + i % matrices.columns() * placement.columnStride();
          assertThat(data.get(at)).isEqualTo(expected[i]);
        }
      }
      int first = Arrays.stream(placement.offsets()).min().orElseThrow();
      assertThat(first).isZero();
    }
    assertThat(windows.placement().data().remaining())
        .isLessThan(slices.placement().data().remaining());
  }

  @Test
  void layoutSaysWhereTheDimensionsAre() {
    // Given the convolution [out=2, in=3, kH=2, kW=1] and the same one as [kH, kW, in, out]
    double[] plain = IntStream.range(0, 12).mapToDouble(i -> 1 + i / 16.0).toArray();
    double[] other = new double[12];
    for (int o = 0; o < 2; o++) {
      for (int i = 0; i < 3; i++) {
        for (int h = 0; h < 2; h++) {
          other[(h * 3 + i) * 2 + o] = plain[(o * 3 + i) * 2 + h];
        }
      }
    }

    // When
    WeightMatrices matrices =
        Layers.slices(
            Weights.tensor(
                List.of(2L, 1L, 3L, 2L), Map.of(SafeTensor.LAYOUT, "kH, kW, in, out"), other));

    // Then
    WeightMatrices expected = Layers.slices(Weights.tensor(List.of(2L, 3L, 2L, 1L), plain));
    assertThat(matrices.rows()).isEqualTo(2);
    assertThat(matrices.columns()).isEqualTo(3);
    for (int slice = 0; slice < 2; slice++) {
      assertThat(copy(matrices, slice)).containsExactly(copy(expected, slice));
    }
  }

  @Test
  void copiesAreScaledByAPowerOfTwoToTheRangeFromOneToTwo() {
    // When
    WeightMatrices matrices = Layers.slices(Weights.dense(1, 3, 5, -6, 1e-3));

    // Then
    assertThat(matrices.exponent()).isEqualTo(2);
    assertThat(copy(matrices, 0)).containsExactly(5 / 4.0, -6 / 4.0, 1e-3 / 4);
  }

  @Test
  void smallestAndLargestNumbersAreScaledWithoutOverflow() {
    assertThat(copy(Layers.slices(Weights.dense(1, 1, Double.MAX_VALUE)), 0))
        .containsExactly(Math.nextDown(2.0));
    assertThat(copy(Layers.slices(Weights.dense(1, 1, Double.MIN_NORMAL)), 0)).containsExactly(1);
    assertThat(copy(Layers.slices(Weights.dense(1, 1, Double.MIN_VALUE)), 0)[0])
        .isPositive()
        .isLessThan(2);
  }

  @Test
  void floatCopyIsTheDoubleCopyRounded() {
    // Given numbers that only fit a float once they are scaled
    WeightMatrices matrices = Layers.slices(Weights.dense(2, 2, 1e200, 2e199, 3e199, 1.1e200));

    // When
    FloatBuffer target = FloatBuffer.allocate(4);
    matrices.copyTo(0, target);

    // Then
    double[] exact = copy(matrices, 0);
    for (int i = 0; i < 4; i++) {
      assertThat(target.get(i)).isEqualTo((float) exact[i]);
    }
  }

  /** Rows below, at and above the pieces that a copy goes through, all of them in float's range. */
  @ParameterizedTest
  @CsvSource({"3,5,1", "2,1023,1", "2,1024,1", "3,1025,1", "1,3000,1", "5,7,9", "40,30,4"})
  void singlePrecisionWeightsAreReadExactly(int rows, int columns, int slices) {
    // Given
    double[] values = Weights.gaussian(rows * columns * slices, rows);
    List<Long> shape = List.of((long) rows, (long) columns, 1L, (long) slices);

    for (double scale : new double[] {1, 0x1p-120, 0x1p-140, 0x1p120}) {
      double[] scaled = Arrays.stream(values).map(x -> (float) x * scale).toArray();
      WeightMatrices actual = Layers.slices(Weights.floats(shape, scaled));
      WeightMatrices expected =
          Layers.slices(Weights.tensor(shape, Arrays.stream(scaled).map(x -> (float) x).toArray()));

      // When, then
      assertThat(actual.exponent()).isEqualTo(expected.exponent());
      for (int k = 0; k < slices; k++) {
        assertThat(copy(actual, k)).containsExactly(copy(expected, k));
        assertThat(floatCopy(actual, k, 1)).containsExactly(floatCopy(expected, k, 1));
      }
      assertThat(floatCopy(actual.transposed(), 0, slices))
          .containsExactly(floatCopy(expected.transposed(), 0, slices));
    }
  }

  @Test
  void matricesThatAreCopiedTogetherLieOneAfterTheOther() {
    // Given
    WeightMatrices slices =
        Layers.slices(Weights.floats(List.of(4L, 5L, 3L, 3L), Weights.gaussian(4 * 5 * 9, 3)));

    // When
    float[] together = floatCopy(slices, 2, 5);

    // Then
    for (int k = 0; k < 5; k++) {
      assertThat(Arrays.copyOfRange(together, k * 20, k * 20 + 20))
          .containsExactly(floatCopy(slices, 2 + k, 1));
    }
  }

  @Test
  void partHoldsSomeOfTheMatrices() {
    // Given
    WeightMatrices slices =
        Layers.slices(Weights.floats(List.of(4L, 5L, 3L, 3L), Weights.gaussian(4 * 5 * 9, 3)));

    // When
    WeightMatrices part = slices.part(2, 5);

    // Then
    assertThat(part.count()).isEqualTo(5);
    assertThat(part.exponent()).isEqualTo(slices.exponent());
    assertThat(floatCopy(part, 0, 5)).containsExactly(floatCopy(slices, 2, 5));
  }

  @Test
  void memoryOrderIsRowByRowWhereverTheLayoutPutsTheAxes() {
    // Given the same layer as [out, in] and as [in, out]
    WeightMatrices rows = Layers.slices(Weights.dense(2, 3, 1, 1.1, 1.2, 1.3, 1.4, 1.5));
    WeightMatrices columns =
        Layers.slices(
            Weights.tensor(
                List.of(3L, 2L), Map.of(SafeTensor.LAYOUT, "in,out"), 1, 1.3, 1.1, 1.4, 1.2, 1.5));

    // Then
    assertThat(copy(columns, 0)).containsExactly(copy(rows, 0));
    assertThat(rows.inMemoryOrder()).isSameAs(rows);
    assertThat(copy(columns.inMemoryOrder(), 0)).containsExactly(1, 1.3, 1.1, 1.4, 1.2, 1.5);
  }

  @ParameterizedTest
  @CsvSource({"0", "1000", "1024", "2999"})
  void singlePrecisionWeightsThatAreNotFiniteAreCounted(int position) {
    // Given
    double[] values = Weights.gaussian(3000, 7);
    values[17] = 9;
    values[position] = Float.NaN;
    values[1500] = Float.NEGATIVE_INFINITY;

    // When
    WeightTensor tensor = Layers.of(Weights.floats(List.of(3L, 1000L), values));

    // Then
    assertThat(tensor.nonFinite()).isEqualTo(2);
    assertThat(tensor.maxAbs()).isEqualTo(9);
  }

  @Test
  void copyWritesFromTheStartOfABufferOfTheSolver() {
    // Given a direct buffer, larger than the matrix and with a position
    DoubleBuffer target =
        ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder()).asDoubleBuffer().position(5);

    // When
    Layers.slices(Weights.dense(2, 2, 1, 1.5, 1.25, 1)).copyTo(0, target);

    // Then
    assertThat(target.position()).isEqualTo(5);
    assertThat(target.get(0)).isEqualTo(1);
    assertThat(target.get(1)).isEqualTo(1.5);
    assertThat(target.get(3)).isEqualTo(1);
    assertThat(target.get(4)).isZero();
  }

  @Test
  void halfPrecisionIsReadExactly() {
    // Given 1, -2, the largest, the smallest normal, the smallest, 0 and 1/3 as IEEE 754 gives them
    WeightMatrices matrices =
        shorts(DType.F16, 0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x3555);

    // Then
    assertThat(unscaled(matrices))
        .containsExactly(1, -2, 65504, 0x1p-14, 0x1p-24, -0.0, 0x1.554p-2);
  }

  @Test
  void brainFloatsAreReadExactly() {
    // Given 1, -2, pi cut to 8 bits, the smallest normal and the largest
    WeightMatrices matrices = shorts(DType.BF16, 0x3f80, 0xc000, 0x4049, 0x0080, 0x7f7f);

    // Then
    assertThat(unscaled(matrices)).containsExactly(1, -2, 3.140625, 0x1p-126, 0x1.fep127);
  }

  @Test
  void matrixThatIsNotThereIsRefused() {
    assertThatThrownBy(
            () -> Layers.slices(Weights.dense(1, 1, 1)).copyTo(1, DoubleBuffer.allocate(1)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("matrix must be from 0 to 0, got: 1");
  }

  @Test
  void windowsAreTheirPartOfEveryMatrix() {
    // Given two slices of 3 x 4, element (o, i) of slice w being 1 + (2 (4 o + i) + w) / 32
    double[] values = IntStream.range(0, 24).mapToDouble(i -> 1 + i / 32.0).toArray();
    WeightMatrices slices = Layers.slices(Weights.tensor(List.of(3L, 4L, 1L, 2L), values));

    // When
    WeightMatrices windows = slices.windows(new int[] {0, 1}, new int[] {0, 2}, 2, 2);

    // Then
    assertThat(windows.count()).isEqualTo(8);
    assertThat(windows.exponent()).isEqualTo(slices.exponent());
    assertThat(copy(windows, 0))
        .containsExactly(element(0, 0, 0), element(0, 1, 0), element(1, 0, 0), element(1, 1, 0));
    assertThat(copy(windows, 3))
        .containsExactly(element(1, 2, 0), element(1, 3, 0), element(2, 2, 0), element(2, 3, 0));
    assertThat(copy(windows, 6))
        .containsExactly(element(1, 0, 1), element(1, 1, 1), element(2, 0, 1), element(2, 1, 1));
  }

  private static double element(int output, int input, int slice) {
    return 1 + (2 * (4 * output + input) + slice) / 32.0;
  }

  @ParameterizedTest
  @CsvSource({"-1,0,1,1", "0,3,1,2", "2,0,2,1", "0,0,4,1", "0,0,1,-1"})
  void windowsThatLeaveTheirMatrixAreRefused(int row, int column, int rows, int columns) {
    // Given
    WeightMatrices matrices = Layers.slices(Weights.dense(3, 4, new double[12]));

    // Then
    assertThatThrownBy(() -> matrices.windows(new int[] {row}, new int[] {column}, rows, columns))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageMatching("windows of -?\\d beginning at \\[-?\\d] must lie within 0 to [34]");
  }

  @Test
  void transposedMatricesAreReadColumnByColumn() {
    assertThat(copy(Layers.slices(Weights.dense(2, 2, 1, 1.25, 1.5, 1.75)).transposed(), 0))
        .containsExactly(1, 1.5, 1.25, 1.75);
  }

  private static double[] copy(WeightMatrices matrices, int matrix) {
    double[] target = new double[matrices.matrixLength()];
    matrices.copyTo(matrix, DoubleBuffer.wrap(target));
    return target;
  }

  private static float[] floatCopy(WeightMatrices matrices, int first, int number) {
    FloatBuffer target = FloatBuffer.allocate(number * matrices.matrixLength());
    matrices.copyTo(first, number, target);
    return target.array();
  }

  private static double[] unscaled(WeightMatrices matrices) {
    double[] values = copy(matrices, 0);
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.scalb(values[i], matrices.exponent());
    }
    return values;
  }

  private static WeightMatrices shorts(DType dtype, int... bits) {
    ByteBuffer data = ByteBuffer.allocate(bits.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : bits) {
      data.putShort((short) value);
    }
    return Layers.slices(
        new SafeTensor("layer", dtype, List.of(1L, (long) bits.length), Map.of(), data.flip()));
  }
}
