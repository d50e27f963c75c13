package io.isotherm.spectra.chance;

/**
 * The limit of the eigenvalues of {@code W Wᵀ / n} for W of m rows and n columns with independent
 * entries of variance 1, which have the mean 1 (Marchenko and Pastur, Mathematics of the
 * USSR-Sbornik 1, 1967).
 *
 * <p>With {@code λ = 1 + q - 2 √q cos θ}, θ from 0 to π, the density is {@code 2/π sin²θ / λ dθ},
 * without the square roots at its ends.
 *
 * @param ratio {@code q = m / n}, more than 0 and at most 1
 */
public record MarchenkoPastur(double ratio) {

  /** Good for nine digits. */
  private static final int PIECES = 512;

  private static final int BISECTIONS = 50;

  /** Checks the ratio. */
  public MarchenkoPastur {
    if (!(ratio > 0 && ratio <= 1)) {
      throw new IllegalArgumentException("ratio must be above 0 and at most 1, got: " + ratio);
    }
  }

  /** Alpha of the power law that is fitted to a share of the eigenvalues, the largest ones. */
  public double alpha(double share) {
    return 1 + share / logRatio(angle(share));
  }

  /**
   * The same for eigenvalues that can be counted. Number i of N lies where a share of {@code (i +
   * 1/2) / N} is below.
   *
   * @param count of all eigenvalues
   * @param start number of the first one of the tail, in ascending order
   */
  double alpha(long count, long start) {
    double share = (count - start) / (double) count;
    return 1 + share / logRatio(angle(share - 0.5 / count));
  }

  /** The share of eigenvalues below a threshold. */
  public double shareBelow(double threshold) {
    double cosine = (1 + ratio - threshold) / (2 * Math.sqrt(ratio));
    return 1 - shareAbove(Math.acos(Math.max(-1, Math.min(1, cosine))));
  }

  /** The smallest eigenvalue. */
  public double smallest() {
    double root = 1 - Math.sqrt(ratio);
    return root * root;
  }

  /** The largest eigenvalue. */
  public double largest() {
    double root = 1 + Math.sqrt(ratio);
    return root * root;
  }

  /**
   * How much of alpha's variance is that of the eigenvalue at which a tail starts: {@code m²} times
   * it grows with this and {@code ln m}. Eigenvalue number i of a real random matrix has variance
   * {@code ln m / (π m ρ)²} (Gustavsson, Annales de l'Institut Henri Poincaré 41, 2005, and
   * O'Rourke, Journal of Statistical Physics 138, 2010), and {@code d alpha = (alpha - 1)² dλ / λ}.
   *
   * @param share of the eigenvalues in the tail
   */
  double logVariance(double share) {
    double sine = Math.sin(angle(share));
    double slope = Math.pow(alpha(share) - 1, 2);
    return slope * slope * ratio / (sine * sine);
  }

  /** The angle above which a share of the eigenvalues lies. */
  private double angle(double share) {
    double low = 0;
    double high = Math.PI;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (shareAbove(middle) > share) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  /** In closed form: {@code sin²θ / λ} is a sum of elementary functions. */
  private double shareAbove(double angle) {
    double root = Math.sqrt(ratio);
    double rest = Math.atan2(1 - root, (1 + root) * Math.tan(angle / 2));
    return ((1 + ratio) * (Math.PI - angle) / (2 * root)
            - (1 - ratio) * rest / root
            - Math.sin(angle))
        / (Math.PI * root);
  }

  /** The integral of {@code ln(λ / λ(angle))} over all above, by Simpson's rule. */
  private double logRatio(double angle) {
    double start = value(angle);
    double width = (Math.PI - angle) / PIECES;
    double sum = 0;
    // At both ends a factor is 0.
    for (int i = 1; i < PIECES; i++) {
      double theta = angle + i * width;
      sum += (i % 2 == 0 ? 2 : 4) * density(theta) * Math.log(value(theta) / start);
    }
    return sum * width / 3;
  }

  private double density(double angle) {
    double sine = Math.sin(angle);
    return 2 / Math.PI * sine * sine / value(angle);
  }

  private double value(double angle) {
    return 1 + ratio - 2 * Math.sqrt(ratio) * Math.cos(angle);
  }
}
