package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void pausesDoubleUpToTheLongestAndBeginAgainAfterASuccess() {
    Backoff backoff = Backoff.forReaching();
    long first = backoff.nextNanos();
    long second = backoff.nextNanos();
    for (int i = 0; i < 10; i++) {
      backoff.nextNanos();
    }

    assertThat(first).isEqualTo(Duration.ofMillis(250).toNanos());
    assertThat(second).isEqualTo(2 * first);
    assertThat(backoff.nextNanos()).isEqualTo(Duration.ofSeconds(5).toNanos());
    backoff.reset();
    assertThat(backoff.nextNanos()).isEqualTo(first);
  }
}
