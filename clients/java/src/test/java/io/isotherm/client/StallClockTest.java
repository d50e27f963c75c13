package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StallClockTest {

  private final AtomicLong now = new AtomicLong(-50);
  private final StallClock clock = new StallClock(now::get);

  @Test
  void timeInsideIsAddedUp() {
    call(3);
    now.addAndGet(100);
    call(4);

    assertThat(clock.stallNanos()).isEqualTo(7);
  }

  @Test
  void trainingTimeRunsFromTheFirstStepToTheEnd() {
    assertThat(clock.trainingNanos()).isZero();

    clock.stepBegins(clock.enter());
    now.addAndGet(30);
    clock.stepBegins(clock.enter());
    now.addAndGet(12);
    assertThat(clock.trainingNanos()).isEqualTo(42);

    clock.trainingEnds();
    now.addAndGet(1000);
    clock.trainingEnds();
    assertThat(clock.trainingNanos()).isEqualTo(42);
  }

  private void call(long nanos) {
    long entered = clock.enter();
    now.addAndGet(nanos);
    clock.leave(entered);
  }
}
