package io.isotherm.solvers.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;

/** Whether one symmetric matrix is another one in other coordinates. */
final class Similarity {

  /**
   * Roundings of the largest eigenvalue. Every element goes through up to order / 16 updates and
   * order reflectors with a rounding or two each; those add up like a random walk, to three to
   * eight roundings at these orders.
   */
  private static final double ROUNDINGS = 16;

  private Similarity() {}

  static void assertSimilar(SymmetricMatrix actual, SymmetricMatrix expected) {
    double[] eigenvalues = expected.eigenvalues();
    double norm = Arrays.stream(eigenvalues).map(Math::abs).max().orElse(0);
    double tolerance = ROUNDINGS * 0x1p-24 * norm;
    assertThat(actual.eigenvalues()).containsExactly(eigenvalues, within(tolerance));
    double root = Math.sqrt(expected.order());
    assertThat(actual.trace()).isCloseTo(expected.trace(), within(tolerance * root));
    assertThat(actual.frobeniusNorm())
        .isCloseTo(expected.frobeniusNorm(), within(tolerance * root));
  }
}
