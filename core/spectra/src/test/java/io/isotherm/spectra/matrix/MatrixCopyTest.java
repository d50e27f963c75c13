package io.isotherm.spectra.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever way a copy takes, its elements are those that the layout names. */
class MatrixCopyTest {

  /** Rows of one element, pieces with a rest, kernels as large as the longest distance and more. */
  @ParameterizedTest
  @CsvSource({
    "F32,1,1,1,1",
    "F32,1,1,3,3",
    "F32,5,7,3,3",
    "F32,3,229,3,3",
    "F32,2,2051,1,1",
    "F32,4,700,1,3",
    "F32,3,40,8,8",
    "F32,3,40,5,13",
    "F32,2,33,11,11",
    "F32,7,1,3,3",
    "F32,1,300,7,7",
    "F64,5,7,3,3",
    "F64,2,2051,1,1",
    "F64,3,229,3,3",
    "F64,3,40,5,13",
    "F16,5,7,3,3",
    "F16,2,2051,1,1",
    "F16,3,229,3,3",
    "F16,3,40,5,13",
    "BF16,5,7,3,3",
    "BF16,2,2051,1,1",
    "BF16,3,229,3,3",
    "BF16,3,40,5,13",
  })
  void copiesAreReadWhereTheLayoutSays(DType dtype, int out, int in, int height, int width) {
    // Given
    int count = out * in * height * width;
    SafeTensor tensor = tensor(dtype, List.of((long) out, (long) in, (long) height, (long) width));
    Elements elements = Elements.of(dtype, tensor.data());
    WeightMatrices slices = Layers.of(tensor).slices();
    int kernel = height * width;

    // When all are copied together, one alone, and one across
    float[] floats = new float[count];
    slices.copyTo(0, kernel, FloatBuffer.wrap(floats));
    double[] alone = new double[out * in];
    slices.copyTo(kernel - 1, DoubleBuffer.wrap(alone));
    double[] across = new double[out * in];
    slices.transposed().copyTo(kernel / 2, DoubleBuffer.wrap(across));

    // Then
    double scale = Math.scalb(1.0, -slices.exponent());
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        int at = (o * in + i) * kernel;
        for (int k = 0; k < kernel; k++) {
          assertThat(floats[(k * out + o) * in + i])
              .isEqualTo((float) (elements.get(at + k) * scale));
        }
        assertThat(alone[o * in + i]).isEqualTo(elements.get(at + kernel - 1) * scale);
        assertThat(across[i * out + o]).isEqualTo(elements.get(at + kernel / 2) * scale);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"F32,1", "F32,3", "F64,3", "F16,3", "BF16,2"})
  void windowsOfSlicesAreReadTogetherAsOneByOne(DType dtype, int kernel) {
    // Given two windows of each slice, which do not interlock with each other
    SafeTensor tensor = tensor(dtype, List.of(9L, 11L, (long) kernel, (long) kernel));
    WeightMatrices windows =
        Layers.of(tensor).slices().windows(new int[] {1, 4}, new int[] {0, 5}, 5, 6);

    // When
    float[] together = new float[windows.count() * 30];
    windows.copyTo(0, windows.count(), FloatBuffer.wrap(together));

    // Then
    for (int k = 0; k < windows.count(); k++) {
      float[] alone = new float[30];
      windows.copyTo(k, FloatBuffer.wrap(alone));
      assertThat(alone).containsExactly(Arrays.copyOfRange(together, 30 * k, 30 * k + 30));
      double[] exact = new double[30];
      windows.copyTo(k, DoubleBuffer.wrap(exact));
      for (int i = 0; i < 30; i++) {
        assertThat(alone[i]).isEqualTo((float) exact[i]);
      }
    }
  }

  private static SafeTensor tensor(DType dtype, List<Long> shape) {
    int count = (int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    ByteBuffer data =
        ByteBuffer.allocateDirect(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(count);
    for (int i = 0; i < count; i++) {
      float value = (float) random.nextGaussian();
      switch (dtype) {
        case F64 -> data.putDouble(random.nextGaussian());
        case F32 -> data.putFloat(value);
        case BF16 -> data.putShort((short) (Float.floatToRawIntBits(value) >> 16));
        // Any pattern but those that are not finite.
        case F16 -> data.putShort((short) (random.nextInt() & 0xbbff));
      }
    }
    return new SafeTensor("layer", dtype, shape, Map.of(), data.flip());
  }
}
