package io.isotherm.spectra.estimator;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.golden.Weights;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.nio.DoubleBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which matrices FARMS makes of a layer; its numbers are held against the published ones. */
class FarmsTest {

  @ParameterizedTest
  @CsvSource({
    // rows, columns, window rows, aspect, step, windows, height, width
    "40, 60, 16, 1.0, 8, 24, 16, 16", // 4 x 6
    "40, 60, 16, 2.0, 5, 30, 16, 32", // 5 x 6
    "16, 16, 16, 1.0, 1, 1, 16, 16",
    "10, 60, 16, 1.0, 8, 6, 10, 16", // lower than a window: clipped
    "10, 12, 100, 2.0, 10, 1, 10, 12",
    "50, 50, 24, 0.5, 10, 12, 24, 12" // 3 x 4
  })
  void windowsSlideInSteps(
      int rows,
      int columns,
      int window,
      double aspect,
      int step,
      int count,
      int height,
      int width) {
    // When
    WeightMatrices windows =
        windows(EstimatorSpec.Farms.of(window, aspect, step, OptionalInt.empty()), rows, columns);

    // Then
    assertThat(windows.count()).isEqualTo(count);
    assertThat(windows.rows()).isEqualTo(height);
    assertThat(windows.columns()).isEqualTo(width);
  }

  @ParameterizedTest
  @CsvSource({
    // rows, columns, window rows, aspect, ops, windows, height, width
    "64, 64, 16, 1.0, 4, 16, 16, 16",
    "16, 64, 16, 1.0, 4, 4, 16, 16", // one in the direction without room
    "18, 64, 16, 1.0, 4, 12, 16, 16", // room for 3 only, a row apart
    "60, 200, 100, 1.0, 9, 9, 40, 100", // the last 40 rows: 2 * 60 - 100 = 20 to 60
    "40, 200, 100, 1.0, 9, 9, 40, 100", // 2 * 40 - 100 < 0: all rows
    "10, 96, 100, 1.0, 9, 1, 10, 4" // and the last 4 columns: 2 * 96 - 100 = 92 to 96
  })
  void opsSpreadTheWindowsAndCountFromTheEndWhereThereIsNoRoom(
      int rows, int columns, int window, double aspect, int ops, int count, int height, int width) {
    // When
    WeightMatrices windows =
        windows(EstimatorSpec.Farms.of(window, aspect, 9, OptionalInt.of(ops)), rows, columns);

    // Then
    assertThat(windows.count()).isEqualTo(count);
    assertThat(windows.rows()).isEqualTo(height);
    assertThat(windows.columns()).isEqualTo(width);
  }

  @Test
  void windowsWithoutRoomAreTheLastRows() {
    // Given element (i, j) = 1 + (6 i + j) / 64, so that copies are not scaled
    double[] values = IntStream.range(0, 36).mapToDouble(i -> 1 + i / 64.0).toArray();

    // When
    Reading reading =
        Estimator.of(EstimatorSpec.Farms.of(9, 1, 1, OptionalInt.of(2)))
            .read(tensor(Weights.dense(6, 6, values)));

    // Then rows and columns 3 to 6, because Python counts -3 from the end
    WeightMatrices window = ((Reading.Groups) reading).groups().get(0);
    assertThat(copy(window)).containsExactly(pick(values, 3, 6, 6));
  }

  @Test
  void languageModelsWindowIsClampedToTheSmallerSide() {
    // When
    WeightMatrices windows =
        windows(EstimatorSpec.FarmsLlm.of(XminRule.XMIN_PEAK, 2000, 1, 15), 48, 80);

    // Then
    assertThat(windows.rows()).isEqualTo(48);
    assertThat(windows.columns()).isEqualTo(48);
    assertThat(windows.count()).isEqualTo(15);
  }

  @Test
  void windowsWithoutColumnsAreUndefined() {
    assertThat(
            Estimator.of(EstimatorSpec.FarmsLlm.of(XminRule.MEDIAN, 100, 0.1, 10))
                .read(tensor(Weights.dense(5, 80, Weights.gaussian(400, 1)))))
        .isEqualTo(new Reading.Undefined("windows of 5 rows and aspect 0.1 have no columns"));
  }

  @Test
  void moreWindowsThanFitInMemoryAreRefused() {
    assertThat(
            Estimator.of(EstimatorSpec.Farms.of(4, 1, 1, OptionalInt.empty()))
                .read(tensor(Weights.floats(List.of(2100L, 2100L), new double[2100 * 2100]))))
        .isEqualTo(
            new Reading.Undefined(
                "4397409 windows of 4 x 4 have 17589636 eigenvalues, more than 16777216; take a"
                    + " larger step or ops"));
  }

  @ParameterizedTest
  @CsvSource({
    // out, in, aspect, blocks, height, width
    "24, 8, 1.0, 3, 8, 8",
    "8, 24, 1.0, 3, 8, 8", // transposed
    "26, 8, 1.0, 3, 8, 8", // two rows are left over
    "24, 8, 2.0, 3, 4, 8",
    "24, 8, 0.5, 3, 8, 4",
    "24, 10, 0.3, 2, 10, 2", // 10 // (1 / 0.3) is 2 in Python
    "24, 8, 99.0, 3, 1, 8" // at least one row
  })
  void convolutionsAreCutIntoBlocksOfRows(
      int out, int in, double aspect, int blocks, int height, int width) {
    // When
    Reading reading =
        Estimator.of(EstimatorSpec.Farms.of(100, aspect, 10, OptionalInt.empty()))
            .read(convolution(out, in, 3, 3));

    // Then
    List<WeightMatrices> groups = ((Reading.Groups) reading).groups();
    assertThat(groups).hasSize(blocks);
    assertThat(groups)
        .allSatisfy(
            group -> {
              assertThat(group.count()).isEqualTo(9);
              assertThat(group.rows()).isEqualTo(height);
              assertThat(group.columns()).isEqualTo(width);
            });
  }

  @Test
  void squareKernelsLargerThanTheChannelsAreOneBlock() {
    // When
    Reading reading = Estimator.of(EstimatorSpec.Farms.defaults()).read(convolution(3, 2, 7, 7));

    // Then
    List<WeightMatrices> groups = ((Reading.Groups) reading).groups();
    assertThat(groups).hasSize(1);
    assertThat(groups.get(0).count()).isEqualTo(6);
  }

  @ParameterizedTest
  @CsvSource({"7,5", "5,7"})
  void otherKernelsLargerThanTheChannelsAreUndefined(int height, int width) {
    assertThat(Estimator.of(EstimatorSpec.Farms.defaults()).read(convolution(3, 2, height, width)))
        .isEqualTo(
            new Reading.Undefined(
                "kernels of %d x %d with 2 inputs and 3 outputs cannot be cut into square blocks"
                    .formatted(height, width)));
  }

  private static WeightMatrices windows(EstimatorSpec spec, int rows, int columns) {
    double[] weights = Weights.gaussian(rows * columns, 3);
    Reading reading = Estimator.of(spec).read(tensor(Weights.dense(rows, columns, weights)));
    List<WeightMatrices> groups = ((Reading.Groups) reading).groups();
    assertThat(groups).hasSize(1);
    return groups.get(0);
  }

  private static WeightTensor convolution(int out, int in, int height, int width) {
    List<Long> shape = List.of((long) out, (long) in, (long) height, (long) width);
    return tensor(Weights.tensor(shape, Weights.gaussian(out * in * height * width, 5)));
  }

  private static WeightTensor tensor(SafeTensor tensor) {
    try {
      return WeightTensor.of(tensor);
    } catch (UnreadableTensorException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static double[] copy(WeightMatrices matrix) {
    double[] copy = new double[matrix.matrixLength()];
    matrix.copyTo(0, DoubleBuffer.wrap(copy));
    return copy;
  }

  /** Rows and columns {@code from} to {@code to} of a square matrix. */
  private static double[] pick(double[] values, int from, int to, int size) {
    return IntStream.range(from, to)
        .flatMap(i -> IntStream.range(from, to).map(j -> i * size + j))
        .mapToDouble(i -> values[i])
        .toArray();
  }
}
