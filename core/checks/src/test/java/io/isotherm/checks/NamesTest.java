package io.isotherm.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "Run-1_b.c"})
  void runMayHaveLettersDigitsDotsUnderscoresAndHyphens(String run) {
    assertThat(Names.requireRun(run)).isEqualTo(run);
  }

  @Test
  void longestNamesAreAccepted() {
    String run = "r".repeat(Names.MAX_RUN_LENGTH);
    String layer = "~".repeat(Names.MAX_LAYER_LENGTH);

    assertThat(Names.requireRun(run)).isEqualTo(run);
    assertThat(Names.requireLayer(layer)).isEqualTo(layer);
    assertThatIllegalArgumentException().isThrownBy(() -> Names.requireRun(run + "r"));
    assertThatIllegalArgumentException().isThrownBy(() -> Names.requireLayer(layer + "~"));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", ".", "..", "-a", "a/b", "a b", "\u00e4", "a\n"})
  void otherNamesOfRunsAreRefused(String run) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Names.requireRun(run))
        .withMessageStartingWith("a run's name must be 1 to 100 letters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"features.0.weight", "h/1", "a%20b", "[x]"})
  void layerMayHaveAnyPrintableAscii(String layer) {
    assertThat(Names.requireLayer(layer)).isEqualTo(layer);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", " ", "a b", "a\tb", "\u00e4", "\u007f"})
  void otherNamesOfLayersAreRefused(String layer) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Names.requireLayer(layer))
        .withMessageStartingWith("a layer's name must be 1 to 255 printable ASCII");
  }
}
