package io.isotherm.golden;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;

/** Makes layers' weights for tests. */
public final class Weights {

  private Weights() {}

  /** A double precision tensor in PyTorch's layout. */
  public static SafeTensor tensor(List<Long> shape, double... values) {
    return tensor(shape, Map.of(), values);
  }

  /** A double precision tensor with metadata. */
  public static SafeTensor tensor(
      List<Long> shape, Map<String, String> metadata, double... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asDoubleBuffer().put(values);
    return new SafeTensor("layer", DType.F64, shape, metadata, data);
  }

  /** A single precision tensor in PyTorch's layout; rounds the values. */
  public static SafeTensor floats(List<Long> shape, double... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(values).forEach(value -> data.putFloat((float) value));
    return new SafeTensor("layer", DType.F32, shape, Map.of(), data.flip());
  }

  /**
   * A tensor of any type in PyTorch's layout. Cuts off the bits that the type does not have; what
   * is too small for a normal number of F16 is 0.
   */
  public static SafeTensor of(DType dtype, List<Long> shape, double... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (dtype) {
        case F64 -> data.putDouble(value);
        case F32 -> data.putFloat((float) value);
        case BF16 -> data.putShort((short) (Float.floatToRawIntBits((float) value) >>> 16));
        case F16 -> data.putShort(half((float) value));
      }
    }
    return new SafeTensor("layer", dtype, shape, Map.of(), data.flip());
  }

  private static short half(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = ((bits >>> 13) & 0x3ffff) - ((127 - 15) << 10);
    return (short) (((bits >>> 16) & 0x8000) | (magnitude < (1 << 10) ? 0 : magnitude));
  }

  /** One matrix, row by row. */
  public static SafeTensor dense(int rows, int columns, double... values) {
    return tensor(List.of((long) rows, (long) columns), values);
  }

  /** Independent numbers of a standard normal distribution. */
  public static double[] gaussian(int count, long seed) {
    return DoubleStream.generate(new Random(seed)::nextGaussian).limit(count).toArray();
  }

  /**
   * A matrix with given singular values: a diagonal one between two Householder reflections, which
   * leave singular values alone.
   */
  public static double[] withSingularValues(
      int rows, int columns, double[] singularValues, long seed) {
    double[] left = unit(rows, seed);
    double[] right = unit(columns, seed + 1);
    double[] matrix = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < singularValues.length; k++) {
          sum += reflection(left, i, k) * singularValues[k] * reflection(right, j, k);
        }
        matrix[i * columns + j] = sum;
      }
    }
    return matrix;
  }

  private static double reflection(double[] unit, int i, int j) {
    return (i == j ? 1 : 0) - 2 * unit[i] * unit[j];
  }

  private static double[] unit(int length, long seed) {
    double[] vector = gaussian(length, seed);
    double norm = Math.sqrt(Arrays.stream(vector).map(x -> x * x).sum());
    return Arrays.stream(vector).map(x -> x / norm).toArray();
  }
}
