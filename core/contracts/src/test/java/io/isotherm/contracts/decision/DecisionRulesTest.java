package io.isotherm.contracts.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.policy.PolicySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DecisionRulesTest {

  private static final LayerRate FC = rate("fc", 1);

  static Stream<Arguments> refused() {
    return Stream.of(
        rule("id of a decision for run 'r' must not be empty", () -> decision("", 1, List.of(FC))),
        rule("revision of decision d must be 1 or more, got: 0", () -> decision("d", 0, List.of())),
        rule("decision d names layer 'fc' twice", () -> decision("d", 1, List.of(FC, FC))),
        rule(
            "element 0 of layers of decision d is missing",
            () -> decision("d", 1, Arrays.asList((LayerRate) null))),
        rule("layers of decision d is missing", () -> decision("d", 1, null)),
        rule(
            "decision d misses layer 'x', which is not among its layers",
            () -> decision("d", 1, List.of(FC), List.of("x"))),
        rule(
            "element 1 of missing of decision d is missing",
            () -> decision("d", 1, List.of(FC), Arrays.asList("fc", null))),
        rule(
            "policy of decision d is missing",
            () -> new Decision("r", 1, "d", 1, 0, 0, null, 0.1, List.of(), List.of())),
        rule(
            "baseLearningRate of decision d must be finite, got: NaN",
            () ->
                new Decision(
                    "r", 1, "d", 1, 0, 0, PolicySpec.DEFAULT, Double.NaN, List.of(), List.of())),
        rule(
            "step of decision d must be 0 or more, got: -1",
            () -> new Decision("r", 1, "d", 1, -1, 0, PolicySpec.DEFAULT, 1, List.of(), List.of())),
        rule(
            "rampSteps of decision d must be at most 1000000000, got: 1000000001",
            () -> ramps(1_000_000_001, 0)),
        rule(
            "weightDecayRampSteps of decision d must be at most 1000000000, got: 9223372036854775807",
            () -> ramps(1_000_000_000, Long.MAX_VALUE)),
        rule("factor of layer 'fc' must be greater than 0, got: 0.0", () -> rate("fc", 0)),
        rule("factor of layer 'fc' must be finite, got: NaN", () -> rate("fc", Double.NaN)),
        rule(
            "role of layer 'fc' is missing",
            () -> rate(null, OptionalDouble.empty(), OptionalLong.empty(), Optional.empty())),
        rule(
            "alpha of layer 'fc' must be finite, got: Infinity",
            () ->
                rate(
                    LayerRate.Role.TUNED,
                    OptionalDouble.of(Double.POSITIVE_INFINITY),
                    OptionalLong.of(1),
                    Optional.empty())),
        rule(
            "alpha and alphaStep of layer 'fc' must both be there or both be missing",
            () ->
                rate(
                    LayerRate.Role.TUNED,
                    OptionalDouble.of(2),
                    OptionalLong.empty(),
                    Optional.empty())),
        rule(
            "layer 'fc' must name a layer in 'follows' exactly when its role is 'follows'",
            () ->
                rate(
                    LayerRate.Role.FOLLOWS,
                    OptionalDouble.empty(),
                    OptionalLong.empty(),
                    Optional.empty())),
        rule(
            "layer 'fc' must name a layer in 'follows' exactly when its role is 'follows'",
            () ->
                rate(
                    LayerRate.Role.TUNED,
                    OptionalDouble.empty(),
                    OptionalLong.empty(),
                    Optional.of("conv"))));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatBreaksARuleIsRefused(String message, ThrowingCallable creation) {
    assertThatIllegalArgumentException().isThrownBy(creation).withMessage(message);
  }

  @Test
  void decisionForTwoThousandLayersStaysBelowOneMegabyte() {
    assertThat(bytesOfDecision(2_000)).isLessThan(1_000_000);
  }

  @Test
  void decisionForTheLargestRunStaysBelowTheLimitOfItsTopic() {
    assertThat(bytesOfDecision(RunDescription.MAX_LAYERS)).isLessThan(Topic.MAX_MESSAGE_BYTES);
  }

  private static int bytesOfDecision(int weightLayers) {
    List<LayerRate> layers = new ArrayList<>();
    for (int i = 0; i < weightLayers; i++) {
      String name = "model.layers.%04d.a_projection_with_an_ordinary_name".formatted(i);
      layers.add(
          new LayerRate(
              name,
              LayerRate.Role.TUNED,
              1.2345678901234567,
              0.0012345678901234567,
              OptionalDouble.of(Math.PI),
              OptionalLong.of(123_456_789),
              Optional.empty()));
      layers.add(
          new LayerRate(
              name + ".norm",
              LayerRate.Role.FOLLOWS,
              1.2345678901234567,
              0.0012345678901234567,
              OptionalDouble.empty(),
              OptionalLong.empty(),
              Optional.of(name)));
    }
    return Messages.LEARNING_RATES.encode(decision("d", 1, layers)).value().length;
  }

  private static Arguments rule(String message, ThrowingCallable creation) {
    return arguments(message, creation);
  }

  private static Decision ramps(long onLearningRate, long onWeightDecay) {
    return new Decision(
        "r",
        1,
        "d",
        1,
        0,
        0,
        PolicySpec.DEFAULT,
        OptionalDouble.of(0.1),
        List.of(FC),
        List.of(),
        onLearningRate,
        onWeightDecay,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Decision decision(String id, long revision, List<LayerRate> layers) {
    return decision(id, revision, layers, List.of());
  }

  private static Decision decision(
      String id, long revision, List<LayerRate> layers, List<String> missing) {
    return new Decision("r", 1, id, revision, 0, 0, PolicySpec.DEFAULT, 0.1, layers, missing);
  }

  private static LayerRate rate(String layer, double factor) {
    return new LayerRate(
        layer,
        LayerRate.Role.TUNED,
        factor,
        0.1,
        OptionalDouble.empty(),
        OptionalLong.empty(),
        Optional.empty());
  }

  private static LayerRate rate(
      LayerRate.Role role, OptionalDouble alpha, OptionalLong alphaStep, Optional<String> follows) {
    return new LayerRate("fc", role, 1, 0.1, alpha, alphaStep, follows);
  }
}
