package io.isotherm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeasesTest {

  private static final int TICK = 10;

  private final Leases leases = new Leases(Duration.ofMillis(100), Duration.ofMillis(TICK));
  private long now = 1_000;

  @BeforeEach
  void start() {
    leases.start(now);
    leases.heard("r");
  }

  @Test
  void silenceOfAWholeLeaseExpiresIt() {
    listen(90);
    assertThat(leases.expired()).isEmpty();

    listen(10);
    assertThat(leases.expired()).containsExactly("r");
  }

  @Test
  void wordBeginsTheLeaseAgain() {
    listen(90);
    leases.heard("r");

    listen(90);

    assertThat(leases.expired()).isEmpty();
  }

  @Test
  void silenceDoesNotCountWhileTheBrokerCannotBeReached() {
    listen(90);

    for (int i = 0; i < 100; i++) {
      leases.tick(now += TICK, false);
    }

    assertThat(leases.expired()).isEmpty();
    listen(10);
    assertThat(leases.expired()).containsExactly("r");
  }

  @Test
  void silenceDoesNotCountWhileTheProcessSleeps() {
    listen(50);

    leases.tick(now += 3_600_000, true);

    assertThat(leases.expired()).isEmpty();
  }

  @Test
  void clockThatIsSetBackExpiresNothing() {
    leases.tick(now -= 3_600_000, true);

    listen(90);

    assertThat(leases.expired()).isEmpty();
  }

  @Test
  void runThatIsForgottenHasNoLease() {
    leases.forget("r");

    listen(200);

    assertThat(leases.expired()).isEmpty();
    assertThat(leases.isExpired("r")).isFalse();
  }

  private void listen(int millis) {
    for (int i = 0; i < millis; i += TICK) {
      leases.tick(now += TICK, true);
    }
  }
}
