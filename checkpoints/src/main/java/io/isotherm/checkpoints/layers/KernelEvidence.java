package io.isotherm.checkpoints.layers;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How well each order of axes explains the shapes of convolutions: kernels are small and square,
 * and the outputs are as many as the bias or the norm behind them has numbers. The unit is that of
 * the logarithm of how many matrices a kernel would be.
 */
final class KernelEvidence {

  /** Orders that differ; TensorFlow's is Flax's. */
  static final List<WeightLayout> READINGS =
      List.of(WeightLayout.PYTORCH, WeightLayout.FLAX, WeightLayout.MLX);

  /** By so much must one reading be better than another to be believed. */
  static final double DECISIVE = 0.9;

  private static final double IMPOSSIBLE = 50;
  private static final double MISFIT_OF_BIAS = 5;
  private static final double MISFIT_OF_NORM = 2;
  private static final double PER_LOG_ASPECT = 4;

  /** Sides of kernels: patches of 32 pixels, and 128 samples of sound, are the largest known. */
  private static final long LARGEST_SIDE = 64;

  private static final long LONGEST = 1024;

  /** Channels that a kernel of size 1 mixes are at least so many. */
  private static final long FEWEST_CHANNELS = 32;

  private static final double POINTWISE_OF_FEW = 1.5;
  private static final double DEPTHWISE = 0.5;

  private final Map<WeightLayout, Double> costs = new EnumMap<>(WeightLayout.class);
  private int kernels;

  KernelEvidence() {
    READINGS.forEach(reading -> costs.put(reading, 0.0));
  }

  /** What the shape of one convolution says. */
  static KernelEvidence of(TensorName name, List<Long> shape, Siblings siblings) {
    KernelEvidence evidence = new KernelEvidence();
    evidence.kernels = 1;
    for (WeightLayout reading : READINGS) {
      LayerAxes axes = reading.axes(shape.size());
      double cost =
          ofKernel(axes, shape)
              + misfit(axes, shape, siblings.bias(name), MISFIT_OF_BIAS)
              + misfit(axes, shape, siblings.norm(name), MISFIT_OF_NORM);
      evidence.costs.put(reading, Math.min(IMPOSSIBLE, cost));
    }
    return evidence;
  }

  /** A transposed convolution has its outputs where others have their inputs. */
  private static double misfit(
      LayerAxes axes, List<Long> shape, Optional<List<Long>> vector, double cost) {
    boolean fits =
        vector.isEmpty()
            || vector.get().size() != 1
            || vector.get().get(0).equals(axes.size(LayerAxes.OUT, shape))
            || vector.get().get(0).equals(axes.size(LayerAxes.IN, shape));
    return fits ? 0 : cost;
  }

  private static double ofKernel(LayerAxes axes, List<Long> shape) {
    List<String> kernel = LayerAxes.kernel(shape.size() - LayerAxes.MATRIX_RANK);
    long largest = kernel.stream().mapToLong(axis -> axes.size(axis, shape)).max().orElseThrow();
    if (shape.contains(0L) || largest > (kernel.size() == 1 ? LONGEST : LARGEST_SIDE)) {
      return IMPOSSIBLE;
    }
    double matrices =
        kernel.stream().mapToDouble(axis -> Math.log((double) axes.size(axis, shape))).sum();
    if (kernel.size() == 1) {
      return ofLine(largest, axes.size(LayerAxes.IN, shape), matrices);
    }
    double height = axes.size(kernel.get(kernel.size() - 2), shape);
    double width = axes.size(kernel.get(kernel.size() - 1), shape);
    return matrices + PER_LOG_ASPECT * Math.abs(Math.log(height / width));
  }

  /** Four samples of one channel are more usual than one sample of four channels. */
  private static double ofLine(long length, long inputs, double matrices) {
    if (length == 1 && inputs < FEWEST_CHANNELS) {
      return POINTWISE_OF_FEW;
    }
    return inputs == 1 && length < FEWEST_CHANNELS ? DEPTHWISE : matrices;
  }

  /** Adds what other convolutions say. */
  void add(KernelEvidence other) {
    other.costs.forEach((reading, cost) -> costs.merge(reading, cost, Double::sum));
    kernels += other.kernels;
  }

  /** The best reading, PyTorch's if there is nothing between them. */
  WeightLayout best() {
    return READINGS.stream()
        .reduce((best, next) -> costs.get(next) < costs.get(best) ? next : best)
        .orElseThrow();
  }

  /** By how much the best reading is better than the next one. */
  double margin() {
    return costs.values().stream()
            .mapToDouble(Double::doubleValue)
            .sorted()
            .skip(1)
            .findFirst()
            .orElseThrow()
        - costs.get(best());
  }

  /** Whether a kernel can be so large as this reading has it. */
  boolean isPossible(WeightLayout reading) {
    return costs.get(same(reading)) < IMPOSSIBLE * kernels;
  }

  private static WeightLayout same(WeightLayout reading) {
    return reading == WeightLayout.TENSORFLOW ? WeightLayout.FLAX : reading;
  }

  /** Whether one reading is better than all others. */
  boolean isDecisive() {
    return margin() >= DECISIVE;
  }

  /** By how much a reading is worse than the best one, for each kernel. */
  double costPerKernel(WeightLayout reading) {
    return kernels == 0 ? 0 : (costs.get(same(reading)) - costs.get(best())) / kernels;
  }
}
