package io.isotherm.benchmarks.chance;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A layer as training may leave it: normal noise, and a signal of a quarter of its rank whose
 * singular values fall as a power law. The same kind at every shape: the signal's spectrum is the
 * same function of the share of the rank, in units of the noise's largest singular value.
 *
 * @param strength of the signal's smallest singular value; 0 for noise alone
 */
record SpikedLayer(double strength) {

  /** Share of the smaller side that the signal's rank is. */
  private static final double RANK = 0.25;

  /** Singular value number k of r is the smallest times r / k to this power. */
  private static final double DECAY = 0.5;

  SafeTensor draw(int rows, int columns, long seed) {
    Random random = new Random(seed);
    double[] weights = new double[rows * columns];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextGaussian();
    }
    double edge = Math.sqrt(rows) + Math.sqrt(columns);
    int rank = strength == 0 ? 0 : (int) Math.ceil(RANK * Math.min(rows, columns));
    for (int k = 0; k < rank; k++) {
      add(
          weights,
          strength * edge * Math.pow(rank / (k + 1.0), DECAY),
          unit(rows, random),
          unit(columns, random));
    }
    ByteBuffer data = ByteBuffer.allocate(4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double weight : weights) {
      data.putFloat((float) weight);
    }
    return new SafeTensor(
        "layer", DType.F32, List.of((long) rows, (long) columns), Map.of(), data.flip());
  }

  private static void add(double[] weights, double singularValue, double[] left, double[] right) {
    for (int i = 0; i < left.length; i++) {
      double factor = singularValue * left[i];
      for (int j = 0; j < right.length; j++) {
        weights[i * right.length + j] += factor * right[j];
      }
    }
  }

  private static double[] unit(int length, Random random) {
    double[] vector = new double[length];
    double square = 0;
    for (int i = 0; i < length; i++) {
      vector[i] = random.nextGaussian();
      square += vector[i] * vector[i];
    }
    for (int i = 0; i < length; i++) {
      vector[i] /= Math.sqrt(square);
    }
    return vector;
  }
}
