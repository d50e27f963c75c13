package io.isotherm.spectra.pruning;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The share of each layer's weights that is pruned: AlphaPruning (Lu et al., NeurIPS 2024,
 * arXiv:2410.10912, section 3) as its code and that of FARMS (ICML 2025) have it. A block's metric
 * is the mean of its layers' alphas; the straight line through (smallest metric, {@code 1 -
 * spread}) and (largest metric, {@code 1 + spread}) gives each block a share, and all shares are
 * scaled so that the share of the whole network is the wanted one: a heavy tail keeps more.
 *
 * @param sparsity of all layers together, between 0 and 1
 * @param spread half of the range of shares before they are scaled, from 0 to below 1; the codes'
 *     {@code epsilon}
 */
public record SparsityAllocation(double sparsity, double spread) {

  /** The codes' default. */
  public static final double DEFAULT_SPREAD = 0.2;

  /** What the codes make of a share above 1, and of one at a sparsity of {@link #SEVENTY}. */
  private static final double ALMOST_ALL = 0.998;

  private static final double ALMOST_ALL_AT_SEVENTY = 0.99999;
  private static final double SEVENTY = 0.7;

  /** Checks the numbers. */
  public SparsityAllocation {
    if (!(sparsity > 0 && sparsity < 1)) {
      throw new IllegalArgumentException(
          "sparsity must be greater than 0 and less than 1, got: " + sparsity);
    }
    if (!(spread >= 0 && spread < 1)) {
      throw new IllegalArgumentException("spread must be from 0 to less than 1, got: " + spread);
    }
  }

  /**
   * What becomes of the layers.
   *
   * @param sparsities of the layers, in their order
   * @param sparsity of all of them together
   * @param cut how many layers would have lost more weights than they have
   */
  public record Allocation(List<Double> sparsities, double sparsity, int cut) {

    /** Copies the list. */
    public Allocation {
      sparsities = List.copyOf(sparsities);
    }
  }

  /**
   * Allocates.
   *
   * @param layers at least one, and each block with an alpha at least
   * @throws IllegalArgumentException if that is not so
   */
  public Allocation of(List<PrunableLayer> layers) {
    Map<String, Double> metrics = metrics(layers);
    DoubleSummaryStatistics range =
        metrics.values().stream().mapToDouble(metric -> metric).summaryStatistics();
    List<Double> shares = new ArrayList<>();
    double weights = 0;
    double pruned = 0;
    for (PrunableLayer layer : layers) {
      double share = share(metrics.get(layer.block()), range);
      shares.add(share);
      weights += layer.weights();
      pruned += layer.weights() * share;
    }
    double scale = weights * sparsity / pruned;
    int cut = (int) shares.stream().filter(share -> share * scale > 1).count();
    shares.replaceAll(share -> share * scale > 1 ? almostAll() : share * scale);
    double remaining = 0;
    for (int i = 0; i < shares.size(); i++) {
      remaining += layers.get(i).weights() * shares.get(i);
    }
    return new Allocation(shares, remaining / weights, cut);
  }

  /** The mean alpha of each block. */
  private static Map<String, Double> metrics(List<PrunableLayer> layers) {
    Map<String, DoubleSummaryStatistics> alphas = new LinkedHashMap<>();
    for (PrunableLayer layer : layers) {
      DoubleSummaryStatistics ofBlock =
          alphas.computeIfAbsent(layer.block(), block -> new DoubleSummaryStatistics());
      layer.alpha().ifPresent(ofBlock);
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    alphas.forEach(
        (block, ofBlock) -> {
          if (ofBlock.getCount() == 0) {
            throw new IllegalArgumentException("no layer of block '" + block + "' has an alpha");
          }
          metrics.put(block, ofBlock.getAverage());
        });
    if (metrics.isEmpty()) {
      throw new IllegalArgumentException("layers to prune must be 1 or more, got: 0");
    }
    return metrics;
  }

  /** Where all blocks are alike the codes divide by 0; here all are pruned alike. */
  private double share(double metric, DoubleSummaryStatistics range) {
    double width = range.getMax() - range.getMin();
    return width > 0 ? (metric - range.getMin()) / width * 2 * spread + 1 - spread : 1;
  }

  private double almostAll() {
    return sparsity == SEVENTY ? ALMOST_ALL_AT_SEVENTY : ALMOST_ALL;
  }
}
