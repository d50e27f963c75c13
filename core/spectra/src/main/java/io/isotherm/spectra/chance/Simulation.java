package io.isotherm.spectra.chance;

import io.isotherm.contracts.spectrum.Chance.Basis;
import io.isotherm.spectra.estimator.Estimator;
import io.isotherm.spectra.fit.ZeroFilter;
import java.util.Optional;
import java.util.OptionalInt;

/** Draws random matrices, smaller than the layer's if those are large, and says what they show. */
final class Simulation {

  /** What a draw may cost, in units of {@link RandomLayer#within}: one matrix of order 256. */
  private static final double COST = 256 * 256;

  /** A second, smaller drawing shows how numbers grow with the size. */
  private static final double SMALLER_COST = COST / 16;

  /** Where the two points are that make a spread of a skewed distribution, in deviations. */
  private static final double FAR = 3;

  /** At this mean the zero filter cuts nothing, and to other fits it is the same as any. */
  private static final double ABOVE_FILTER = 0x1p40;

  private final Estimator estimator;
  private final RandomLayer layer;
  private final double meanEigenvalue;
  private final double cutShare;
  private final WishartDraws random;

  /**
   * A simulation for one shape.
   *
   * @param scale the mean eigenvalue as a power of two, if it matters
   */
  Simulation(Estimator estimator, RandomLayer layer, OptionalInt scale) {
    this.estimator = estimator;
    this.layer = layer;
    this.meanEigenvalue = scale.isPresent() ? Math.scalb(1.0, scale.getAsInt()) : ABOVE_FILTER;
    this.cutShare =
        estimator.spec().filterZeros()
            ? layer.law().shareBelow(ZeroFilter.THRESHOLD / meanEigenvalue)
            : 0;
    this.random = new WishartDraws(layer.seed());
  }

  Optional<AlphaNull> result() {
    if (layer.windows().isPresent()) {
      WindowDraws windows = new WindowDraws(random, layer.windows().get(), layer.order());
      return Draws.of(estimator, () -> windows.next(meanEigenvalue))
          .map(draws -> ofWindows(windows, draws));
    }
    RandomLayer drawn = layer.within(COST);
    return draw(drawn)
        .flatMap(
            draws ->
                start(layer).isPresent()
                    ? Optional.of(ofFixedStart(drawn, draws))
                    : ofSearch(drawn, draws));
  }

  private Optional<Draws> draw(RandomLayer drawn) {
    return Draws.of(estimator, () -> random.pooled(drawn, meanEigenvalue));
  }

  /**
   * Alpha's deviation from that of the law shrinks as one over the order, and so does its spread,
   * but for the eigenvalue at which the tail starts.
   */
  private AlphaNull ofFixedStart(RandomLayer drawn, Draws draws) {
    if (drawn.equals(layer)) {
      return even(draws.mean(), draws.spread(), Basis.DRAWN);
    }
    double share = 1 - start(layer).getAsInt() / (double) layer.eigenvalues();
    double growth =
        layer.law().logVariance(share) * Math.log(layer.order() / (double) drawn.order());
    double atOrderOne = draws.spread() * drawn.order();
    double variance = drawn.matrices() * atOrderOne * atOrderOne + growth;
    return even(
        mean(drawn, draws), Math.sqrt(variance / layer.matrices()) / layer.order(), Basis.SCALED);
  }

  private double mean(RandomLayer drawn, Draws draws) {
    double bias = draws.mean() - drawn.law().alpha(drawn.eigenvalues(), start(drawn).getAsInt());
    return layer.law().alpha(layer.eigenvalues(), start(layer).getAsInt())
        + bias * drawn.order() / layer.order();
  }

  /**
   * Where the fit searches for the start, alpha - 1 varies by factors: its logarithm is nearly
   * normal, and grows with the logarithm of the number of eigenvalues.
   */
  private Optional<AlphaNull> ofSearch(RandomLayer drawn, Draws draws) {
    if (drawn.equals(layer)) {
      return Optional.of(skewed(draws.logMean(), draws.logSpread(), Basis.DRAWN));
    }
    RandomLayer smaller = layer.within(SMALLER_COST);
    return draw(smaller)
        .map(
            fewer -> {
              double slope =
                  (draws.logMean() - fewer.logMean())
                      / Math.log(drawn.eigenvalues() / (double) smaller.eigenvalues());
              double growth = slope * Math.log(layer.eigenvalues() / (double) drawn.eigenvalues());
              return skewed(draws.logMean() + growth, draws.logSpread(), Basis.SCALED);
            });
  }

  private AlphaNull ofWindows(WindowDraws windows, Draws draws) {
    RandomLayer drawn = windows.layer();
    if (start(layer).isEmpty()) {
      return skewed(draws.logMean(), draws.logSpread(), Basis.SCALED);
    }
    double scale = drawn.order() / (double) layer.order();
    return even(
        mean(drawn, draws), draws.spread() * scale * Math.sqrt(windows.share()), Basis.SCALED);
  }

  private AlphaNull even(double mean, double spread, Basis basis) {
    return new AlphaNull(mean, spread, spread, layer.aspect(), basis);
  }

  /** With spreads that put three of them where three of the logarithm's are. */
  private AlphaNull skewed(double logMean, double logSpread, Basis basis) {
    double middle = Math.exp(logMean);
    return new AlphaNull(
        1 + middle,
        -middle * Math.expm1(-FAR * logSpread) / FAR,
        middle * Math.expm1(FAR * logSpread) / FAR,
        layer.aspect(),
        basis);
  }

  /** Where the tail starts, if that is a matter of numbers alone. */
  private OptionalInt start(RandomLayer of) {
    int count = Math.toIntExact(of.eigenvalues());
    int cut = (int) Math.round(cutShare * count);
    OptionalInt start = cut == count ? OptionalInt.empty() : estimator.tailStart(count - cut);
    return start.isEmpty() ? start : OptionalInt.of(cut + start.getAsInt());
  }
}
