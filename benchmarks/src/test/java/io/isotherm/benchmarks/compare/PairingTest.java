package io.isotherm.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class PairingTest {

  @Test
  void ratiosAreTakenBetweenLapsOfTheSameRound() {
    Pairing pairing =
        new Pairing(
            "torch",
            List.of(lap(10, 20), lap(20, 20), lap(10, 10)),
            List.of(lap(50, 20), lap(60, 40), lap(40, 30)));

    assertThat(pairing.wallRatios()).containsExactly(3.0, 4.0, 5.0);
    assertThat(pairing.cpuRatios()).containsExactly(1.0, 2.0, 3.0);
  }

  @Test
  void everyLapNeedsItsOpponent() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Pairing("torch", List.of(lap(1, 1)), List.of()))
        .withMessage("laps beside torch must be as many on both sides, got: 1 and 0");
  }

  private static Lap lap(long wall, long cpu) {
    return new Lap(wall, cpu, List.of(2.0));
  }
}
