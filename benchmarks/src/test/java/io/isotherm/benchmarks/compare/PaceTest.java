package io.isotherm.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

  @Test
  void longLapsAreRunAsOftenAsAskedFor() {
    Pace pace = Pace.ofRounds(3);

    assertThat(pace.goesOn(2, Duration.ofMinutes(1))).isTrue();
    assertThat(pace.goesOn(3, Duration.ofMinutes(1))).isFalse();
  }

  @Test
  void shortLapsAreRepeatedButNotForever() {
    Pace pace = Pace.ofRounds(3);

    assertThat(pace.goesOn(14, Duration.ofMillis(10))).isTrue();
    assertThat(pace.goesOn(15, Duration.ofMillis(10))).isFalse();
  }

  @Test
  void quickIsOneRound() {
    assertThat(Pace.QUICK.goesOn(0, Duration.ZERO)).isTrue();
    assertThat(Pace.QUICK.goesOn(1, Duration.ZERO)).isFalse();
  }
}
