package io.isotherm.monitor.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ThinnedSeriesTest {

  private final IncarnationHistory incarnations = new IncarnationHistory();

  @Test
  void fullSeriesThinsEvenlyAndKeepsTheFirstAndTheNewestPoint() {
    ThinnedSeries series = new ThinnedSeries(10, incarnations);

    for (long step = 0; step < 1003; step++) {
      add(series, 1, step, step * 0.5);
    }

    List<Long> steps = series.points().steps();
    assertThat(steps).hasSizeLessThanOrEqualTo(11).startsWith(0L, 128L, 256L).endsWith(1002L);
    assertThat(series.points().values()).startsWith(0.0, 64.0, 128.0).endsWith(501.0);
  }

  @Test
  void repeatedAndOlderStepsAreNotAddedTwice() {
    ThinnedSeries series = new ThinnedSeries(10, incarnations);
    add(series, 1, 5, 0.5);

    add(series, 1, 5, 0.7);
    add(series, 1, 4, 0.4);

    assertThat(series.points()).isEqualTo(new StepSeries(List.of(5L), List.of(0.5)));
  }

  @Test
  void resumedIncarnationReplacesWhatTheOlderOneHadFromThatStepOn() {
    ThinnedSeries series = new ThinnedSeries(10, incarnations);
    for (long step = 0; step <= 50; step += 10) {
      add(series, 1, step, 1);
    }

    add(series, 2, 30, 2);
    add(series, 1, 60, 1);
    add(series, 2, 40, 2);

    assertThat(series.points())
        .isEqualTo(
            new StepSeries(List.of(0L, 10L, 20L, 30L, 40L), List.of(1.0, 1.0, 1.0, 2.0, 2.0)));
  }

  @Test
  void emptySeriesHasNoPoints() {
    assertThat(new ThinnedSeries(2, incarnations).points())
        .isEqualTo(new StepSeries(List.of(), List.of()));
  }

  private void add(ThinnedSeries series, long incarnation, long step, double value) {
    incarnations.enter(incarnation);
    incarnations.heard(incarnation, step);
    series.add(incarnation, step, value);
  }
}
