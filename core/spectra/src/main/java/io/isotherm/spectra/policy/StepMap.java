package io.isotherm.spectra.policy;

import io.isotherm.methods.policy.Compatibility;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Equal steps in the order of alpha: {@code tb_step} of TempBalance's code. */
record StepMap(double minFactor, double maxFactor, Compatibility compatibility)
    implements FactorMap {

  @Override
  public double[] factors(double[] alphas) {
    int count = alphas.length;
    double[] factors = new double[count];
    if (compatibility == Compatibility.SANE && count == 1) {
      factors[0] = 1;
      return factors;
    }
    double range = maxFactor - minFactor;
    double[] ranks = compatibility == Compatibility.SANE ? sharedRanks(alphas) : ranks(alphas);
    int steps = compatibility == Compatibility.SANE ? count - 1 : count;
    for (int i = 0; i < count; i++) {
      factors[i] = minFactor + range * ranks[i] / steps;
    }
    return factors;
  }

  /** Position in ascending order, equal ones in the order of the layers and NaN last. */
  private static double[] ranks(double[] alphas) {
    int[] order = ascending(alphas);
    double[] ranks = new double[alphas.length];
    for (int rank = 0; rank < order.length; rank++) {
      ranks[order[rank]] = rank;
    }
    return ranks;
  }

  /** Position in ascending order, the mean of theirs for equal ones. */
  private static double[] sharedRanks(double[] alphas) {
    int[] order = ascending(alphas);
    double[] ranks = new double[alphas.length];
    int from = 0;
    while (from < order.length) {
      int to = from + 1;
      while (to < order.length && alphas[order[to]] == alphas[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }

  private static int[] ascending(double[] alphas) {
    return IntStream.range(0, alphas.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> alphas[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
