package io.isotherm.benchmarks.workload;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Weights from a seed, the same on every machine. Values are drawn from a pool of a quarter
 * million, since drawing each one afresh would take longer than many a benchmark.
 */
public final class WeightGenerator {

  private static final int POOL_BITS = 18;
  private static final int STUDENT_DEGREES = 3;

  private final WeightKind kind;
  private final float[] pool = new float[1 << POOL_BITS];
  private final SplittableRandom choice;

  /** A generator that gives one layer after the other. */
  public WeightGenerator(WeightKind kind, long seed) {
    this.kind = kind;
    Random random = new Random(seed);
    for (int i = 0; i < pool.length; i++) {
      double value = random.nextGaussian();
      if (kind.heavyShare() > 0) {
        value += kind.heavyShare() * student(random);
      }
      pool[i] = (float) value;
    }
    this.choice = new SplittableRandom(seed);
  }

  /** A Gaussian over the root mean square of {@value #STUDENT_DEGREES} others. */
  private static double student(Random random) {
    double squares = 0;
    double value = random.nextGaussian();
    for (int i = 0; i < STUDENT_DEGREES; i++) {
      double other = random.nextGaussian();
      squares += other * other;
    }
    return value / Math.sqrt(squares / STUDENT_DEGREES);
  }

  /** Weights of the next layer: float32 in little endian, PyTorch's order of dimensions. */
  public ByteBuffer next(LayerShape shape) {
    ByteBuffer data =
        ByteBuffer.allocate(shape.weights() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    double unit = 1 / Math.sqrt(shape.fanIn());
    int inputs = shape.dimensions().get(1);
    float[] scales = new float[inputs];
    for (int input = 0; input < inputs; input++) {
      scales[input] = (float) (unit * Math.pow(input + 1.0, -kind.columnDecay()));
    }
    int kernel = shape.matrices();
    for (int output = 0; output < shape.dimensions().get(0); output++) {
      for (float scale : scales) {
        for (int i = 0; i < kernel; i++) {
          data.putFloat(scale * pool[choice.nextInt() >>> (Integer.SIZE - POOL_BITS)]);
        }
      }
    }
    return data.flip();
  }
}
