package io.isotherm.contracts.refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RefusalRulesTest {

  private static final Refusal REFUSAL = Refusal.ofRun("r", Refusal.Service.SCHEDULER, "no layers");

  static Stream<Arguments> refused() {
    return Stream.of(
        rule(
            "reason of a refusal of run 'r' must not be empty",
            () -> Refusal.ofRun("r", Refusal.Service.SCHEDULER, " ")),
        rule("by of a refusal of run 'r' is missing", () -> Refusal.ofRun("r", null, "no layers")),
        rule(
            "incarnation of a refusal of run 'r' must be 1 or more, got: 0",
            () -> REFUSAL.toIncarnation(0)),
        rule("step of a refusal of run 'r' must be 0 or more, got: -1", () -> REFUSAL.atStep(-1)),
        rule(
            "partition of a refusal of run 'r' must be 0 or more, got: -1",
            () -> REFUSAL.ofRecord("isotherm.runs", -1, 0)),
        rule(
            "offset of a refusal of run 'r' must be 0 or more, got: -1",
            () -> REFUSAL.ofRecord("isotherm.runs", 0, -1)),
        rule(
            "topic, partition and offset of a refusal of run 'r' must all be there or all be"
                + " missing",
            () -> withLayer(Refusal.About.RUN, Optional.empty(), Optional.of("isotherm.runs"))),
        rule(
            "layer of a refusal of run 'r' must be there exactly when it is about a layer",
            () -> withLayer(Refusal.About.LAYER, Optional.empty(), Optional.empty())),
        rule(
            "layer of a refusal of run 'r' must be there exactly when it is about a layer",
            () -> withLayer(Refusal.About.RUN, Optional.of("fc"), Optional.empty())));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatBreaksARuleIsRefused(String message, ThrowingCallable creation) {
    assertThatIllegalArgumentException().isThrownBy(creation).withMessage(message);
  }

  @Test
  void reasonIsOneLineWhateverCame() {
    Refusal refusal = Refusal.ofRun("r", Refusal.Service.SPECTRAL, "no\nlayers" + "!".repeat(900));

    assertThat(refusal.reason()).startsWith("no?layers").hasSize(500);
  }

  private static Refusal withLayer(
      Refusal.About about, Optional<String> layer, Optional<String> topic) {
    return new Refusal(
        "r",
        OptionalLong.empty(),
        about,
        layer,
        OptionalLong.empty(),
        "no layers",
        Refusal.Service.SCHEDULER,
        topic,
        OptionalInt.empty(),
        OptionalLong.empty());
  }

  private static Arguments rule(String message, ThrowingCallable creation) {
    return arguments(message, creation);
  }
}
