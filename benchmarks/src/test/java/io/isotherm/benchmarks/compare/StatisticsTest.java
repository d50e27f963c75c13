package io.isotherm.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  @Test
  void medianIsTheMiddleValueOrTheMeanOfTheTwoMiddleOnes() {
    assertThat(Statistics.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
    assertThat(Statistics.median(List.of(9.0, 1.0, 2.0, 4.0))).isEqualTo(3);
    assertThat(Statistics.median(List.of(5.0))).isEqualTo(5);
    assertThat(Statistics.median(List.of())).isNaN();
  }

  @Test
  void differenceIsTheLargestRelativeOneAmongLayersThatHaveBothNumbers() {
    List<Double> values = List.of(2.0, Double.NaN, 3.3, 9.0);
    List<Double> exact = List.of(2.02, 5.0, 3.0, Double.NaN);

    assertThat(Statistics.largestDifference(values, exact)).isCloseTo(0.1, within(1e-12));
  }

  @Test
  void differenceCoversTheLayersOfTheShorterList() {
    assertThat(Statistics.largestDifference(List.of(2.0, 3.0), List.of(2.0))).isZero();
    assertThat(Statistics.largestDifference(List.of(2.0), List.of())).isNaN();
  }
}
