package io.isotherm.contracts.decision;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FactorBoundsTest {

  private static final FactorBounds BOUNDS = new FactorBounds(0.5, 2);

  @Test
  void factorOutsideIsMovedToTheNearestBound() {
    assertThat(BOUNDS.clamp(0.1)).isEqualTo(0.5);
    assertThat(BOUNDS.clamp(1.25)).isEqualTo(1.25);
    assertThat(BOUNDS.clamp(Double.POSITIVE_INFINITY)).isEqualTo(2);
    assertThat(BOUNDS.clamp(Double.NaN)).isNaN();
  }

  @Test
  void boundsThemselvesAreContainedAndNoNumbersAreNot() {
    assertThat(BOUNDS.contain(0.5)).isTrue();
    assertThat(BOUNDS.contain(2)).isTrue();
    assertThat(BOUNDS.contain(2.1)).isFalse();
    assertThat(BOUNDS.contain(Double.NaN)).isFalse();
    assertThat(new FactorBounds(0.5, Double.POSITIVE_INFINITY).contain(Double.POSITIVE_INFINITY))
        .isFalse();
  }
}
