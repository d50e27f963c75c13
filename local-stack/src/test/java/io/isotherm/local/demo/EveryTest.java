package io.isotherm.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EveryTest {

  @ParameterizedTest
  @CsvSource({
    "1epoch, 1, EPOCHS, 1epoch",
    "2epochs, 2, EPOCHS, 2epochs",
    "1epochs, 1, EPOCHS, 1epoch",
    "50steps, 50, STEPS, 50steps",
    "1step, 1, STEPS, 1step",
    "' 3 epochs ', 3, EPOCHS, 3epochs",
    "999999steps, 999999, STEPS, 999999steps"
  })
  void aNumberOfStepsOrEpochsIsRead(String text, int count, Every.Unit unit, String written) {
    Every every = Every.parse(text);

    assertThat(every).isEqualTo(new Every(count, unit)).hasToString(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "epoch",
        "5",
        "0epochs",
        "000steps",
        "-1steps",
        "+1steps",
        "1.5epochs",
        "1000000steps",
        "99999999999999999999steps",
        "1 day",
        "1epochss",
        "1steps 2epochs",
        "1EPOCH"
      })
  void anythingElseIsRefusedInOneLine(String text) {
    assertThatThrownBy(() -> Every.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "must be a number of epochs or steps such as 1epoch or 50steps, got: '" + text + "'");
  }

  @Test
  void anIntervalOfNothingIsRefused() {
    assertThatThrownBy(() -> new Every(0, Every.Unit.STEPS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
  }
}
