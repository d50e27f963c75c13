package io.isotherm.benchmarks.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimelineTest {

  private static final Timeline TIMELINE = new Timeline(7, 10);

  @Test
  void eachRunWritesAllLayersOfAStepBeforeTheNextStep() {
    for (int run = 0; run < TIMELINE.runs(); run++) {
      Set<Integer> layers = new HashSet<>();
      int step = 0;
      for (int row = 0; row < 50; row++) {
        int position = TIMELINE.position(run, row);
        if (position >= 0) {
          assertThat(TIMELINE.step(position)).isEqualTo(step);
          assertThat(layers.add(TIMELINE.layer(position))).isTrue();
        }
        if (TIMELINE.completes(position)) {
          assertThat(layers).hasSize(TIMELINE.layers());
          layers.clear();
          step++;
        }
      }
      assertThat(TIMELINE.completed(run, 50)).isEqualTo(step);
    }
  }

  @Test
  void afterTheWarmUpEveryWaveHasOneDecisionForEachRun() {
    int warm = TIMELINE.warmUp();

    for (int run = 0; run < TIMELINE.runs(); run++) {
      assertThat(TIMELINE.completed(run, warm)).isPositive();
    }
    assertThat(TIMELINE.completed(warm + TIMELINE.layers()) - TIMELINE.completed(warm))
        .isEqualTo(TIMELINE.runs());
  }

  @Test
  void decisionsAreDueEvenlyOverAWave() {
    int warm = TIMELINE.warmUp();

    for (int row = warm; row < warm + TIMELINE.layers(); row++) {
      assertThat(TIMELINE.completed(row + 1) - TIMELINE.completed(row)).isBetween(0L, 1L);
    }
  }
}
