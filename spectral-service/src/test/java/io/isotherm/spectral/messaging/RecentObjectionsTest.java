package io.isotherm.spectral.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.spectral.answer.Objection;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentObjectionsTest {

  private long nanos = -5;
  private final RecentObjections recent = new RecentObjections(() -> nanos);

  @Test
  void theLikeIsToldOnceAMinute() {
    assertThat(recent.isNew(of("a", 1, Objection.Kind.CONTRADICTION, "[1, 2]"))).isTrue();
    assertThat(recent.isNew(of("a", 1, Objection.Kind.CONTRADICTION, "[3, 4]"))).isFalse();
    nanos += Duration.ofMinutes(1).toNanos() - 1;
    assertThat(recent.isNew(of("a", 1, Objection.Kind.CONTRADICTION, "[5, 6]"))).isFalse();
    nanos++;
    assertThat(recent.isNew(of("a", 1, Objection.Kind.CONTRADICTION, "[7, 8]"))).isTrue();
  }

  @Test
  void anotherLayerIncarnationOrKindIsToldAtOnce() {
    assertThat(recent.isNew(of("a", 1, Objection.Kind.CONTRADICTION, "why"))).isTrue();

    assertThat(recent.isNew(of("b", 1, Objection.Kind.CONTRADICTION, "why"))).isTrue();
    assertThat(recent.isNew(of("a", 2, Objection.Kind.CONTRADICTION, "why"))).isTrue();
    assertThat(recent.isNew(of("a", 1, Objection.Kind.REFUSED, "why"))).isTrue();
  }

  @Test
  void memoryIsBounded() {
    for (int layer = 0; layer < 20_000; layer++) {
      recent.isNew(of("layer" + layer, 1, Objection.Kind.REFUSED, "why"));
    }

    assertThat(recent.isNew(of("layer0", 1, Objection.Kind.REFUSED, "why"))).isTrue();
    assertThat(recent.isNew(of("layer19999", 1, Objection.Kind.REFUSED, "why"))).isFalse();
  }

  private static Objection of(String layer, long incarnation, Objection.Kind kind, String reason) {
    return new Objection(
        kind,
        Refusal.ofLayer("run", layer, Refusal.Service.SPECTRAL, reason).toIncarnation(incarnation));
  }
}
