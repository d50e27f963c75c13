package io.isotherm.contracts.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RefusalGateTest {

  private static final Refusal OF_RUN = Refusal.ofRun("r", Refusal.Service.SCHEDULER, "step 1");
  private static final Refusal AGAIN = Refusal.ofRun("r", Refusal.Service.SCHEDULER, "step 2");

  private final RefusalGate gate = new RefusalGate();

  @Test
  void sameThingIsSaidOnceAMinute() {
    assertThat(gate.lets(OF_RUN, "fenced", 0)).isTrue();
    assertThat(gate.lets(AGAIN, "fenced", 59_999)).isFalse();
    assertThat(gate.lets(AGAIN, "fenced", 60_000)).isTrue();
  }

  @Test
  void otherThingsAreSaidAtOnce() {
    assertThat(gate.lets(OF_RUN, "fenced", 0)).isTrue();
    assertThat(gate.lets(OF_RUN, "unreadable", 0)).isTrue();
    assertThat(gate.lets(OF_RUN.toIncarnation(7), "fenced", 0)).isTrue();
    assertThat(gate.lets(layer("a"), "fenced", 0)).isTrue();
    assertThat(gate.lets(layer("b"), "fenced", 0)).isTrue();
  }

  @Test
  void memoryIsBounded() {
    for (int i = 0; i <= 20_000; i++) {
      assertThat(gate.lets(layer("fc" + i), "unknown-layer", 0)).isTrue();
    }

    assertThat(gate.lets(layer("fc20000"), "unknown-layer", 0)).isFalse();
    assertThat(gate.lets(layer("fc0"), "unknown-layer", 0)).as("the oldest").isTrue();
  }

  private static Refusal layer(String name) {
    return Refusal.ofLayer("r", name, Refusal.Service.SCHEDULER, "it is not described");
  }
}
