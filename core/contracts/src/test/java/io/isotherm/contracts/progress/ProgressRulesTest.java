package io.isotherm.contracts.progress;

import static java.lang.Double.NaN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProgressRulesTest {

  static Stream<Arguments> refused() {
    return Stream.of(
        rule(
            "loss of run 'r' must be finite, got: NaN",
            () -> progress(OptionalDouble.of(Double.NaN), OptionalDouble.empty(), Map.of())),
        rule(
            "accuracy of run 'r' must be between 0 and 1, got: 1.5",
            () -> progress(OptionalDouble.empty(), OptionalDouble.of(1.5), Map.of())),
        rule(
            "accuracy of run 'r' must be between 0 and 1, got: NaN",
            () -> progress(OptionalDouble.empty(), OptionalDouble.of(Double.NaN), Map.of())),
        rule(
            "factor of layer 'fc' must be greater than 0, got: -1.0",
            () -> progress(OptionalDouble.empty(), OptionalDouble.empty(), Map.of("fc", -1.0))),
        rule(
            "a layer's name must be 1 to 255 printable ASCII characters without blanks, got: 'a b'",
            () -> progress(OptionalDouble.empty(), OptionalDouble.empty(), Map.of("a b", 1.0))),
        rule(
            "entry 'fc' of factors of run 'r' is missing",
            () ->
                progress(
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    Collections.singletonMap("fc", null))),
        rule(
            "element 0 of applied of run 'r' is missing",
            () ->
                new Progress(
                    "r",
                    1,
                    0,
                    0,
                    1,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    0.1,
                    Map.of(),
                    Arrays.asList((AppliedDecision) null),
                    ClientCounters.ZERO)),
        rule(
            "counters of run 'r' is missing",
            () ->
                new Progress(
                    "r",
                    1,
                    0,
                    0,
                    1,
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    0.1,
                    Map.of(),
                    List.of(),
                    null)),
        rule(
            "metric 'loss/aux' of run 'r' must be finite, got: NaN",
            () -> metrics("loss/aux", NaN)),
        rule(
            "a metric's name must be 1 to 64 letters, digits, '.', '_', '/' or '-', got: 'a b'",
            () -> metrics("a b", 1)),
        rule(
            "run 'r' must have at most 32 metrics, got: 33",
            () ->
                progress(
                    IntStream.range(0, 33)
                        .boxed()
                        .collect(Collectors.toMap(i -> "m" + i, Integer::doubleValue)))),
        rule(
            "id of an applied decision must not be empty",
            () -> new AppliedDecision(null, 1, 0, 0)),
        rule(
            "revision of applied decision d must be 1 or more, got: 0",
            () -> new AppliedDecision("d", 0, 0, 0)),
        rule(
            "appliedAtStep of decision d must not be before step 7, got: 6",
            () -> new AppliedDecision("d", 1, 7, 6)),
        rule(
            "snapshotsTaken must be 0 or more, got: -1",
            () -> new ClientCounters(-1, 0, 0, 0, 0, 0, 0)),
        rule(
            "trainingNanos must be 0 or more, got: -1",
            () -> new ClientCounters(0, 0, 0, 0, 0, 0, -1)));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatBreaksARuleIsRefused(String message, ThrowingCallable creation) {
    assertThatIllegalArgumentException().isThrownBy(creation).withMessage(message);
  }

  @Test
  void stalenessIsCountedInSteps() {
    assertThat(new AppliedDecision("d", 1, 40, 52).stalenessSteps()).isEqualTo(12);
    assertThat(new AppliedDecision("d", 1, 40, 40).stalenessSteps()).isZero();
  }

  @Test
  void stallIsAShareOfTheTrainingTime() {
    assertThat(new ClientCounters(0, 0, 0, 0, 0, 25, 100).stallShare()).isEqualTo(0.25);
    assertThat(ClientCounters.ZERO.stallShare()).isZero();
  }

  @Test
  void factorsThatAreLeftOutAreNone() {
    assertThat(progress(OptionalDouble.empty(), OptionalDouble.empty(), null).factors()).isEmpty();
  }

  private static Progress metrics(String name, double value) {
    return progress(Map.of(name, value));
  }

  private static Progress progress(Map<String, Double> metrics) {
    return new Progress(
        "r",
        1,
        0,
        0,
        1,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        0.1,
        Map.of(),
        List.of(),
        ClientCounters.ZERO,
        Map.of(),
        metrics);
  }

  private static Arguments rule(String message, ThrowingCallable creation) {
    return arguments(message, creation);
  }

  private static Progress progress(
      OptionalDouble loss, OptionalDouble accuracy, Map<String, Double> factors) {
    return new Progress(
        "r", 1, 0, 0, 1, loss, accuracy, 0.1, factors, List.of(), ClientCounters.ZERO);
  }
}
