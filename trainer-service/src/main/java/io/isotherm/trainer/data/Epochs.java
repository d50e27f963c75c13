package io.isotherm.trainer.data;

import io.isotherm.checks.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The order in which each epoch sees the training images: shuffled by seed and epoch alone, so that
 * any epoch can be had without those before it.
 */
public final class Epochs {

  private final int images;
  private final int batchSize;
  private final long seed;

  /**
   * For so many images.
   *
   * @param batchSize at most the number of images; the last batch of an epoch has what is left
   */
  public Epochs(int images, int batchSize, long seed) {
    this.images = (int) Checks.requirePositive("number of images", (long) images);
    this.batchSize = (int) Checks.requirePositive("batchSize", (long) batchSize);
    this.seed = seed;
    if (batchSize > images) {
      throw new IllegalArgumentException(
          "batchSize must be at most the number of images %d, got: %d"
              .formatted(images, batchSize));
    }
  }

  /** Steps in an epoch. */
  public int steps() {
    return (images + batchSize - 1) / batchSize;
  }

  /** The image indices of each batch of an epoch, 0-based. */
  public List<int[]> batches(int epoch) {
    int[] order = new int[images];
    Arrays.setAll(order, i -> i);
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + epoch);
    for (int i = images - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < images; from += batchSize) {
      batches.add(Arrays.copyOfRange(order, from, Math.min(from + batchSize, images)));
    }
    return batches;
  }
}
