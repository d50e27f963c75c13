package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    ByteBuffer data = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(count);
    for (int i = 0; i < count; i++) {
      put(data, dtype, (random.nextInt(2 * LARGEST_EIGHTHS + 1) - LARGEST_EIGHTHS) / 8f);
    }
    try {
      return WeightTensor.of(new SafeTensor("layer", dtype, shape, Map.of(), data.flip())).slices();
    } catch (UnreadableTensorException e) {
      throw new AssertionError(e);
    }
  }

  private static void put(ByteBuffer data, DType dtype, float value) {
    int bits = Float.floatToRawIntBits(value);
    switch (dtype) {
      case F64 -> data.putDouble(value);
      case F32 -> data.putFloat(value);
      case BF16 -> data.putShort((short) (bits >>> 16));
      case F16 -> {
        int magnitude = value == 0 ? 0 : ((bits >>> 13) & 0x3ffff) - ((127 - 15) << 10);
        data.putShort((short) (bits >>> 16 & 0x8000 | magnitude));
      }
    }
  }
}
