package io.isotherm.monitor.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {

  @Test
  void fullSeriesThinsEvenlyAndKeepsTheFirstAndTheNewestPoint() {
    Series series = new Series(10);

    for (long step = 0; step < 1003; step++) {
      series.add(1, step, step * 0.5);
    }

    List<Long> steps = series.points().steps();
    assertThat(steps).hasSizeLessThanOrEqualTo(11).startsWith(0L, 128L, 256L).endsWith(1002L);
    assertThat(series.points().values()).startsWith(0.0, 64.0, 128.0).endsWith(501.0);
  }

  @Test
  void repeatedAndOlderStepsAreNotAddedTwice() {
    Series series = new Series(10);
    series.add(1, 5, 0.5);

    series.add(1, 5, 0.7);
    series.add(1, 4, 0.4);

    assertThat(series.points()).isEqualTo(new Points(List.of(5L), List.of(0.5)));
  }

  @Test
  void resumedIncarnationReplacesWhatTheOlderOneHadFromThatStepOn() {
    Series series = new Series(10);
    for (long step = 0; step <= 50; step += 10) {
      series.add(1, step, 1);
    }

    series.add(2, 30, 2);
    series.add(1, 60, 1);
    series.add(2, 40, 2);

    assertThat(series.points())
        .isEqualTo(new Points(List.of(0L, 10L, 20L, 30L, 40L), List.of(1.0, 1.0, 1.0, 2.0, 2.0)));
  }

  @Test
  void emptySeriesHasNoPoints() {
    assertThat(new Series(2).points()).isEqualTo(new Points(List.of(), List.of()));
  }
}
