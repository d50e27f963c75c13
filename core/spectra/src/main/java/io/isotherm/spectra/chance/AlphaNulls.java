package io.isotherm.spectra.chance;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.spectra.estimator.Estimator;
import io.isotherm.spectra.fit.ZeroFilter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Alpha of random matrices: by simulation, once for each shape and estimator, with the same numbers
 * every time. Large matrices are not drawn: where the tail starts at a given number, the deviations
 * of smaller ones from the Marchenko-Pastur law are carried over, and elsewhere the numbers of the
 * largest ones that are drawn stand for them.
 *
 * <p>Keeps what it has computed, up to a bound. For any number of threads.
 */
public final class AlphaNulls {

  /** Fewer eigenvalues say nothing, as with WeightWatcher. */
  public static final int FEWEST_EIGENVALUES = 10;

  private static final int MOST_KNOWN = 1000;

  /**
   * What the numbers depend on.
   *
   * @param scale the mean eigenvalue as a power of two, if it matters
   */
  private record Key(EstimatorSpec estimator, RandomLayer layer, OptionalInt scale) {}

  private final Map<Key, Optional<AlphaNull>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Optional<AlphaNull>> eldest) {
          return size() > MOST_KNOWN;
        }
      };

  /**
   * Alpha of one fit to random matrices; empty with fewer than {@value #FEWEST_EIGENVALUES}
   * eigenvalues, and if random matrices often have no alpha.
   *
   * @param meanEigenvalue of the layer; matters only to what compares eigenvalues with a number,
   *     such as the zero filter, and to the next power of two
   */
  public Optional<AlphaNull> of(Estimator estimator, RandomLayer layer, double meanEigenvalue) {
    if (layer.eigenvalues() < FEWEST_EIGENVALUES) {
      return Optional.empty();
    }
    Key key = new Key(estimator.spec(), layer, scale(estimator.spec(), layer, meanEigenvalue));
    synchronized (known) {
      Optional<AlphaNull> found = known.get(key);
      if (found != null) {
        return found;
      }
    }
    // Two threads may compute the same at a time: they find the same.
    Optional<AlphaNull> computed = new Simulation(estimator, layer, key.scale()).result();
    synchronized (known) {
      known.put(key, computed);
    }
    return computed;
  }

  private static OptionalInt scale(EstimatorSpec spec, RandomLayer layer, double meanEigenvalue) {
    boolean comparesPeak =
        spec instanceof EstimatorSpec.Fitted fitted && fitted.fit() == XminRule.XMIN_PEAK;
    boolean filters = spec.filterZeros() && reaches(ZeroFilter.THRESHOLD / meanEigenvalue, layer);
    return comparesPeak || filters
        ? OptionalInt.of((int) Math.round(Math.log(meanEigenvalue) / Math.log(2)))
        : OptionalInt.empty();
  }

  /** Whether a threshold may lie above eigenvalues of random matrices whose mean is 1. */
  private static boolean reaches(double threshold, RandomLayer layer) {
    double order = layer.order();
    return threshold > Math.max(layer.law().smallest() / 4, 0.01 / (order * order));
  }
}
