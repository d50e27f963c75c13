package io.isotherm.spectral.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {

  @Test
  void numbersAreTakenAsTheyAreNamedAndAllAreAllThatThereAre() {
    assertThat(Devices.of("1, 0,1").among(8)).containsExactly(1, 0);
    assertThat(Devices.of("all").among(3)).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0,", "-1", "gpu"})
  void whatIsNeitherIsRefusedInOneLine(String text) {
    assertThatThrownBy(() -> Devices.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("devices must be 'all', or numbers such as '0,1', got: '%s'", text);
  }
}
