package io.isotherm.spectra.policy;

import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.PolicySpec.Blocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A map applied to the mean alpha of each block: {@code tb_layer_blocks} of Model Balancing's code.
 *
 * @param ofBlocks from the blocks' mean alphas to their factors
 * @param blocks whether the layers of a block differ among each other
 * @param blockOf the block of each layer; those without one have the factor 1
 */
record BlockMap(
    FactorMap ofBlocks, Blocks blocks, Compatibility compatibility, List<OptionalInt> blockOf)
    implements FactorMap {

  @Override
  public double[] factors(double[] alphas) {
    double[] factors = new double[alphas.length];
    Arrays.fill(factors, 1);
    List<int[]> members = members();
    if (members.isEmpty()) {
      return factors;
    }
    double[] means =
        members.stream()
            .mapToDouble(layers -> Arrays.stream(pick(alphas, layers)).average().orElseThrow())
            .toArray();
    double[] blockFactors = ofBlocks.factors(means);
    for (int block = 0; block < blockFactors.length; block++) {
      int[] layers = members.get(block);
      double[] within = within(pick(alphas, layers));
      for (int i = 0; i < layers.length; i++) {
        factors[layers[i]] = blockFactors[block] * within[i];
      }
    }
    return factors;
  }

  private double[] within(double[] alphas) {
    if (blocks instanceof Blocks.Within within) {
      return new LinearMap(within.minFactor(), within.maxFactor(), compatibility).factors(alphas);
    }
    double[] ones = new double[alphas.length];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** The layers of each block, blocks in the order in which they first appear. */
  private List<int[]> members() {
    Map<Integer, List<Integer>> members = new LinkedHashMap<>();
    for (int layer = 0; layer < blockOf.size(); layer++) {
      OptionalInt block = blockOf.get(layer);
      if (block.isPresent()) {
        members.computeIfAbsent(block.getAsInt(), b -> new ArrayList<>()).add(layer);
      }
    }
    return members.values().stream()
        .map(layers -> layers.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  private static double[] pick(double[] alphas, int[] layers) {
    return Arrays.stream(layers).mapToDouble(layer -> alphas[layer]).toArray();
  }
}
