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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SixteenBitsTest {

  private static final int PATTERNS = 1 << 16;

  @Test
  void everyHalfIsReadExactly() {
    everyPatternIsReadExactly(DType.F16, 10, 15);
  }

  @Test
  void everyBrainFloatIsReadExactly() {
    everyPatternIsReadExactly(DType.BF16, 7, 127);
  }

  private static void everyPatternIsReadExactly(DType dtype, int fractionBits, int bias) {
    // Given every pattern once, as a matrix of one row
    ByteBuffer data = ByteBuffer.allocate(2 * PATTERNS).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < PATTERNS; bits++) {
      data.putShort((short) bits);
    }
    List<Long> shape = List.of(1L, (long) PATTERNS);
    WeightTensor tensor = Layers.of(new SafeTensor("layer", dtype, shape, Map.of(), data.flip()));
    WeightMatrices matrix = tensor.slices();

    // When
    double[] doubles = new double[PATTERNS];
    float[] floats = new float[PATTERNS];
    matrix.copyTo(0, DoubleBuffer.wrap(doubles));
    matrix.copyTo(0, FloatBuffer.wrap(floats));

    // Then
    double scale = Math.scalb(1.0, -matrix.exponent());
    double[] values =
        IntStream.range(0, PATTERNS).mapToDouble(bits -> value(bits, fractionBits, bias)).toArray();
    float[] rounded = new float[PATTERNS];
    double[] scaled = new double[PATTERNS];
    for (int bits = 0; bits < PATTERNS; bits++) {
      scaled[bits] = values[bits] * scale;
      rounded[bits] = (float) scaled[bits];
    }
    assertThat(doubles).containsExactly(scaled);
    assertThat(floats).containsExactly(rounded);
    double largest = Arrays.stream(values).filter(Double::isFinite).max().orElseThrow();
    long nonFinite = Arrays.stream(values).filter(value -> !Double.isFinite(value)).count();
    assertThat(tensor.maxAbs()).isEqualTo(largest);
    assertThat(tensor.nonFinite()).isEqualTo(nonFinite);
  }

  /** IEEE 754, section 3.4: (-1)^s times 2^(e - bias) times 1.f, or 0.f where e is 0. */
  private static double value(int bits, int fractionBits, int bias) {
    int exponent = (bits & 0x7fff) >> fractionBits;
    double fraction = (bits & (1 << fractionBits) - 1) / (double) (1 << fractionBits);
    double magnitude = Math.pow(2, exponent - bias) * (1 + fraction);
    if (exponent == 0) {
      magnitude = Math.pow(2, 1 - bias) * fraction;
    } else if (exponent == 0x7fff >> fractionBits) {
      magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    }
    return bits < 0x8000 ? magnitude : -magnitude;
  }

  @Test
  void largestOfAnOddNumberMayBeTheLast() {
    // Given -1, 2 and -3 as halves
    ByteBuffer data = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN);
    data.putShort((short) 0xbc00).putShort((short) 0x4000).putShort((short) 0xc200).flip();

    // When
    WeightTensor tensor =
        Layers.of(new SafeTensor("layer", DType.F16, List.of(3L, 1L), Map.of(), data));

    // Then
    assertThat(tensor.maxAbs()).isEqualTo(3);
    assertThat(tensor.nonFinite()).isZero();
  }
}
