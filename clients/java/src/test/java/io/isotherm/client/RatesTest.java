package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RatesTest {

  private static final Rates BEFORE =
      new Rates("d1", 1, 0, Map.of("conv", 0.5, "dense", 1.5), Map.of("dense", 0.7));
  private static final Map<String, Double> LATER = Map.of("conv", 0.8, "dense", 1.2, "head", 2.0);

  @Test
  void theKthStepOfARampIsKPartsOfTheWay() {
    Rates rates = BEFORE.towards(rate(2, LATER, 7));

    for (int k = 1; k <= 7; k++) {
      rates = rates.next();

      assertThat(rates.factor("conv")).isEqualTo(0.5 + (0.8 - 0.5) * (k / 7.0));
      assertThat(rates.factor("dense")).isEqualTo(1.5 + (1.2 - 1.5) * (k / 7.0));
      assertThat(rates.factor("head")).isEqualTo(1 + (2.0 - 1) * (k / 7.0));
      assertThat(rates.factor("stranger")).isEqualTo(1);
      assertThat(rates.factors())
          .isEqualTo(
              Map.of(
                  "conv", rates.factor("conv"),
                  "dense", rates.factor("dense"),
                  "head", rates.factor("head")));
    }
    assertThat(rates).isEqualTo(new Rates("d2", 2, 0, LATER));
    assertThat(rates.next()).isSameAs(rates);
  }

  @Test
  void rampsOfZeroAndOneStepsChangeAtOnce() {
    for (long ramp : new long[] {0, 1}) {
      assertThat(BEFORE.towards(rate(2, LATER, ramp)).next())
          .isEqualTo(new Rates("d2", 2, 0, LATER));
    }
  }

  @Test
  void weightDecayHasARampOfItsOwn() {
    // Given
    Targets targets = new Targets("d2", 2, 0, LATER, 2, Map.of("dense", 1.7, "conv", 3.0), 4);

    // When
    Rates third = BEFORE.towards(targets).next().next().next();

    // Then
    assertThat(third.factors()).isEqualTo(LATER);
    assertThat(third.weightDecayFactor("dense")).isEqualTo(0.7 + (1.7 - 0.7) * (3 / 4.0));
    assertThat(third.weightDecayFactor("conv")).isEqualTo(1 + (3.0 - 1) * (3 / 4.0));
    assertThat(third.next().weightDecayFactors()).isEqualTo(Map.of("dense", 1.7, "conv", 3.0));
  }

  @Test
  void aLayerThatWeightDecayNoLongerNamesGoesBackToOne() {
    Targets targets = new Targets("d2", 2, 0, LATER, 0, Map.of(), 2);

    Rates rates = BEFORE.towards(targets).next();

    assertThat(rates.weightDecayFactor("dense")).isEqualTo(0.7 + (1 - 0.7) * 0.5);
    assertThat(rates.next().weightDecayFactor("dense")).isEqualTo(1);
  }

  @Test
  void theSameTargetsAgainDoNotRestartARamp() {
    // Given
    Rates second = BEFORE.towards(rate(2, LATER, 4)).next().next();

    // When
    Rates again = second.towards(rate(3, LATER, 4)).next();

    // Then
    assertThat(again.factor("conv")).isEqualTo(0.5 + (0.8 - 0.5) * (3 / 4.0));
    assertThat(again.revision()).isEqualTo(3);
    assertThat(again.next().learningRate().isSettled()).isTrue();
  }

  @Test
  void toNameOneIsToNameNothing() {
    Rates first = Rates.NONE.towards(rate(1, Map.of("conv", 1.0, "dense", 1.0), 100));

    assertThat(first.learningRate().isSettled()).isTrue();
  }

  @Test
  void otherTargetsStartFromWhereTheRampHasCome() {
    // Given
    Rates half = BEFORE.towards(rate(2, LATER, 4)).next().next();
    double conv = half.factor("conv");

    // When
    Rates rates = half.towards(rate(3, Map.of("conv", 4.0), 3)).next();

    // Then
    assertThat(conv).isEqualTo(0.65);
    assertThat(rates.factor("conv")).isEqualTo(conv + (4.0 - conv) * (1 / 3.0));
    assertThat(rates.factor("head")).isEqualTo(1.5 + (1 - 1.5) * (1 / 3.0));
    assertThat(rates.next().next().factors()).isEqualTo(Map.of("conv", 4.0));
  }

  @Test
  void theLongestRampStaysBetweenItsEnds() {
    Rates rates = BEFORE.towards(rate(2, LATER, Long.MAX_VALUE)).next();

    assertThat(rates.factor("conv")).isBetween(0.5, 0.5 + 1e-9);
    assertThat(rates.factor("dense")).isBetween(1.5 - 1e-9, 1.5);
  }

  private static Targets rate(long revision, Map<String, Double> factors, long rampSteps) {
    return new Targets("d" + revision, revision, 0, factors, rampSteps, Map.of(), 0);
  }
}
