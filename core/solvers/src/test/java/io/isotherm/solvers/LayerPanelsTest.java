package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.golden.Weights;
import io.isotherm.safetensors.DType;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Layers in every type and shape are read in panels: the solver gets by with a workspace that holds
 * a panel and the Gram matrix, where a copy of the layer in its own precision would be refused.
 */
class LayerPanelsTest {

  /** Weights that every type has: eighths, of which the largest is 2. */
  private static final int LARGEST_EIGHTHS = 16;

  private static final int PANEL_ROWS = 23;

  static Stream<Arguments> layers() {
    List<List<Long>> shapes =
        List.of(
            List.of(4_000L, 70L),
            List.of(70L, 4_000L),
            List.of(4_000L, 70L, 3L, 1L),
            List.of(70L, 4_000L, 1L, 2L));
    return shapes.stream()
        .flatMap(
            shape ->
                Arrays.stream(DType.values())
                    .flatMap(
                        dtype ->
                            Arrays.stream(Precision.values())
                                .map(precision -> Arguments.of(shape, dtype, precision))));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void layerIsNeverCopiedWhole(List<Long> shape, DType dtype, Precision precision) {
    int order = 70;
    int elementBytes = precision == Precision.FP64 ? Double.BYTES : Float.BYTES;
    long panelBytes = (long) PANEL_ROWS * order * elementBytes;
    long bound = panelBytes + 8L * order * (order + 67) + SinglePrecision.heapBytes(order);
    assertThat(bound).isLessThan(4_000L * order * elementBytes);
    try (LapackEigenvalueSolver whole = new LapackEigenvalueSolver();
        LapackEigenvalueSolver panels =
            new LapackEigenvalueSolver(new NativeWorkspace(bound), panelBytes)) {
      double[] expected = whole.eigenvalues(matrices(shape, DType.F64), Precision.FP64);

      double[] eigenvalues = panels.eigenvalues(matrices(shape, dtype), precision);

      double largest = Arrays.stream(expected).max().orElseThrow();
      double tolerance = 64 * precision.unitRoundoff() * largest;
      assertThat(eigenvalues).containsExactly(expected, within(tolerance));
    }
  }

  private static WeightMatrices matrices(List<Long> shape, DType dtype) {
    int count = (int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    double[] weights =
        new Random(count)
            .ints(count, -LARGEST_EIGHTHS, LARGEST_EIGHTHS + 1)
            .mapToDouble(eighths -> eighths / 8.0)
            .toArray();
    try {
      return WeightTensor.of(Weights.of(dtype, shape, weights)).slices();
    } catch (UnreadableTensorException e) {
      throw new AssertionError(e);
    }
  }
}
