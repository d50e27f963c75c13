package io.isotherm.contracts.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RunRulesTest {

  private static final LayerDescription FC = dense("fc", Optional.empty());

  static Stream<Arguments> refused() {
    return Stream.of(
        rule("incarnation of run 'r' must be 1 or more, got: 0", () -> run(0, List.of(FC), 1)),
        rule("run 'r' must have 1 to 20000 layers, got: 0", () -> run(1, List.of(), 1)),
        rule(
            "run 'r' must have 1 to 20000 layers, got: 20001",
            () -> run(1, Collections.nCopies(20_001, FC), 1)),
        rule("run 'r' names layer 'fc' twice", () -> run(1, List.of(FC, FC), 1)),
        rule(
            "run 'r' names layer 'fc' twice",
            () -> run(1, List.of(FC, dense("fc2", Optional.of("fc"))), 1)),
        rule(
            "run 'r' names layer 'bn' twice",
            () -> run(1, List.of(dense("a", Optional.of("bn")), dense("b", Optional.of("bn"))), 1)),
        rule(
            "run 'r' names layer 'ln' twice",
            () ->
                run(
                    1,
                    List.of(
                        new LayerDescription(
                            "a",
                            LayerKind.DENSE,
                            List.of(2L, 2L),
                            List.of("ln", "ln"),
                            OptionalInt.empty(),
                            Optional.empty())),
                    1)),
        rule("element 1 of layers of run 'r' is missing", () -> run(1, Arrays.asList(FC, null), 1)),
        rule("layers of run 'r' is missing", () -> run(1, null, 1)),
        rule("totalSteps of run 'r' must be 1 or more, got: 0", () -> run(1, List.of(FC), 0)),
        rule(
            "run 'r' must have at most 64 shadows, got: 65",
            () ->
                new RunDescription(
                    "r",
                    1,
                    "",
                    List.of(FC),
                    new BaseSchedule.Constant(1),
                    PolicySpec.DEFAULT,
                    EstimatorSpec.DEFAULT,
                    1,
                    RunPhase.RUNNING,
                    new TreeMap<>(
                        IntStream.rangeClosed(1, 65)
                            .boxed()
                            .collect(Collectors.toMap(i -> "s" + i, i -> PolicySpec.DEFAULT))))),
        rule(
            "run 'r' must have at most 16000 layers times maps of shadows with smoothing, window or"
                + " every, got: 16200",
            () ->
                new RunDescription(
                    "r",
                    1,
                    "",
                    IntStream.rangeClosed(1, 270)
                        .mapToObj(i -> dense("fc" + i, Optional.empty()))
                        .toList(),
                    new BaseSchedule.Constant(1),
                    PolicySpec.DEFAULT,
                    EstimatorSpec.DEFAULT,
                    1,
                    RunPhase.RUNNING,
                    new TreeMap<>(
                        IntStream.rangeClosed(1, 60)
                            .boxed()
                            .collect(
                                Collectors.toMap(
                                    i -> "s" + i,
                                    i ->
                                        i <= 30
                                            ? PolicySpec.Hybrid.alphaDecay()
                                            : PolicySpec.Sqrt.tempBalance()))))),
        rule("phase of run 'r' is missing", () -> run(1, List.of(FC), 1).in(null)),
        rule(
            "kind of layer 'fc' is missing",
            () ->
                new LayerDescription(
                    "fc", null, List.of(2L, 2L), Optional.empty(), OptionalInt.empty())),
        rule(
            "shape of layer 'fc' must have at most 2^63 - 1 weights, got: [1099511627776, 1048576,"
                + " 8, 1]",
            () -> layer(LayerKind.CONVOLUTION, List.of(1L << 40, 1L << 20, 8L, 1L))),
        rule(
            "each dimension of layer 'fc' must be 1 or more, got: 0",
            () -> layer(LayerKind.DENSE, List.of(2L, 0L))),
        rule(
            "element 0 of shape of layer 'fc' is missing",
            () -> layer(LayerKind.DENSE, Arrays.asList(null, 2L))),
        rule("shape of layer 'fc' is missing", () -> layer(LayerKind.DENSE, null)),
        rule(
            "learningRate of the constant schedule must be greater than 0, got: 0.0",
            () -> new BaseSchedule.Constant(0)),
        rule(
            "learningRate of the cosine schedule must be finite, got: NaN",
            () -> new BaseSchedule.Cosine(Double.NaN, 1)),
        rule(
            "totalSteps of the cosine schedule must be 1 or more, got: 0",
            () -> new BaseSchedule.Cosine(1, 0)),
        rule(
            "minFactor of policy 'linear' must be greater than 0, got: 0.0",
            () -> linear(0, 1, LayerSelection.DEFAULT, Compatibility.SANE)),
        rule(
            "maxFactor of policy 'linear' must be finite, got: Infinity",
            () -> linear(1, Double.POSITIVE_INFINITY, LayerSelection.DEFAULT, Compatibility.SANE)),
        rule(
            "minFactor of policy 'linear' must not exceed maxFactor 1.0, got: 2.0",
            () -> linear(2, 1, LayerSelection.DEFAULT, Compatibility.SANE)),
        rule(
            "minFactor of policy 'step' must be greater than 0, got: -1.0",
            () ->
                new PolicySpec.Step(
                    -1, 1, LayerSelection.DEFAULT, Compatibility.SANE, Optional.empty(), false)),
        rule("lower of policy 'sigmoid' must be 0 or more, got: -2.0", () -> sigmoid(-2, 1, 10)),
        rule("upper of policy 'sigmoid' must be at most 12.0, got: 13.0", () -> sigmoid(2, 13, 10)),
        rule(
            "steepness of policy 'sigmoid' must be greater than 0, got: 0.0",
            () -> sigmoid(2, 1, 0)),
        rule(
            "selection of policy 'sqrt' is missing",
            () -> new PolicySpec.Sqrt(null, Compatibility.SANE)),
        rule(
            "compatibility of policy 'log2' is missing",
            () -> new PolicySpec.Log2(LayerSelection.DEFAULT, null)),
        rule(
            "minFactor of policy 'blocks' must not exceed maxFactor 1.0, got: 2.0",
            () -> new PolicySpec.Blocks.Within(2, 1)),
        rule(
            "selection of policy 'linear' is missing",
            () -> linear(1, 1, null, Compatibility.SANE)),
        rule(
            "compatibility of policy 'linear' is missing",
            () -> linear(1, 1, LayerSelection.DEFAULT, null)),
        rule(
            "minEigenvalues of the layer selection must be 0 or more, got: -1",
            () -> new LayerSelection(true, true, -1)),
        rule(
            "version of estimator 'tempbalance' must be 1, got: 2",
            () -> new EstimatorSpec.TempBalance(2, XminRule.MEDIAN, 2, false, 0.5)),
        rule(
            "xminPosition of estimator 'tempbalance' must be more than 1, got: 1.0",
            () -> new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 1, false, 0.5)),
        rule(
            "convNorm of estimator 'tempbalance' must be greater than 0, got: -0.5",
            () -> new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 2, false, -0.5)),
        rule(
            "fit of estimator 'tempbalance' is missing",
            () -> new EstimatorSpec.TempBalance(1, null, 2, false, 0.5)),
        rule(
            "version of estimator 'farms' must be 1, got: 0",
            () -> new EstimatorSpec.Farms(0, XminRule.MEDIAN, 2, false, 0.5, 9, 1, 1, null)),
        rule(
            "rows of estimator 'farms' must be 1 or more, got: 0",
            () -> EstimatorSpec.Farms.of(0, 1, 1, OptionalInt.empty())),
        rule(
            "aspect of estimator 'farms' must be greater than 0, got: 0.0",
            () -> EstimatorSpec.Farms.of(16, 0, 1, OptionalInt.empty())),
        rule(
            "rows * aspect of estimator 'farms' must give 1 to 2147483647 columns, got: 4 * 0.2",
            () -> EstimatorSpec.Farms.of(4, 0.2, 1, OptionalInt.empty())),
        rule(
            "step of estimator 'farms' must be 1 or more, got: 0",
            () -> EstimatorSpec.Farms.of(16, 1, 0, OptionalInt.empty())),
        rule(
            "ops of estimator 'farms' must be 2 or more, got: 1",
            () -> EstimatorSpec.Farms.of(16, 1, 1, OptionalInt.of(1))),
        rule(
            "ops of estimator 'farms-llm' must be 2 or more, got: 0",
            () -> EstimatorSpec.FarmsLlm.of(XminRule.MEDIAN, 16, 1, 0)),
        rule(
            "flavour of estimator 'model-balancing' is missing",
            () ->
                new EstimatorSpec.ModelBalancing(
                    1, null, XminRule.MEDIAN, 2, false, 0.5, OptionalDouble.empty())),
        rule(
            "stableRankPosition of estimator 'model-balancing' must be more than 1, got: 0.5",
            () ->
                new EstimatorSpec.ModelBalancing(
                    1,
                    EstimatorSpec.ModelBalancing.Flavour.NLP,
                    XminRule.MEDIAN,
                    2,
                    false,
                    0.5,
                    OptionalDouble.of(0.5))),
        rule(
            "version of estimator 'weightwatcher' must be 1, got: 2",
            () -> new EstimatorSpec.WeightWatcher(2, false)),
        rule(
            "steps of a finished run must be 0 or more, got: -1",
            () -> RunPhase.RUNNING.finish(-1)),
        rule("cause of a failed run must not be empty", () -> RunPhase.RUNNING.fail(" ")));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatBreaksARuleIsRefused(String message, ThrowingCallable creation) {
    assertThatIllegalArgumentException().isThrownBy(creation).withMessage(message);
  }

  @Test
  void listsAreCopies() {
    List<LayerDescription> layers = new ArrayList<>(List.of(FC));
    RunDescription run = run(1, layers, 1);

    layers.clear();

    assertThat(run.layers()).containsExactly(FC);
  }

  @Test
  void mostLayersAreAccepted() {
    List<LayerDescription> layers =
        IntStream.range(0, RunDescription.MAX_LAYERS)
            .mapToObj(i -> dense("fc" + i, Optional.empty()))
            .toList();

    assertThat(run(1, layers, 1).layers()).hasSize(20_000);
  }

  static Stream<Arguments> unmeasurable() {
    return Stream.of(
        arguments(
            LayerKind.DENSE,
            List.of(2L),
            "shape of dense layer 'fc' must have 2 dimensions, got: [2]"),
        arguments(
            LayerKind.CONVOLUTION,
            List.of(2L, 2L),
            "shape of convolution layer 'fc' must have 3 to 5 dimensions, got: [2, 2]"),
        arguments(
            LayerKind.STACK,
            List.of(2L, 2L),
            "shape of stack layer 'fc' must have 3 dimensions, got: [2, 2]"),
        arguments(
            LayerKind.EMBEDDING,
            List.of(),
            "shape of embedding layer 'fc' must have 2 dimensions, got: []"),
        arguments(
            LayerKind.OTHER,
            List.of(2L, 2L),
            "layer 'fc' is of a kind that this version of Isotherm does not know"));
  }

  @ParameterizedTest
  @MethodSource("unmeasurable")
  void layerThatCannotBeMeasuredIsDescribedWithItsReason(
      LayerKind kind, List<Long> shape, String reason) {
    LayerDescription layer = layer(kind, shape);

    assertThat(layer.reasonWithoutAlpha()).contains(reason);
    assertThat(layer.eigenvalueCount()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "DENSE, 64, 10,,,",
    "CONVOLUTION, 8, 4, 3,,",
    "CONVOLUTION, 8, 4, 3, 3,",
    "CONVOLUTION, 8, 4, 3, 3, 3",
    "EMBEDDING, 5000, 64,,,",
    "STACK, 8, 64, 32,,"
  })
  void layerOfAKnownKindAndItsShapeCanHaveAlpha(
      LayerKind kind, Long first, Long second, Long third, Long fourth, Long fifth) {
    List<Long> shape =
        Stream.of(first, second, third, fourth, fifth).filter(Objects::nonNull).toList();

    assertThat(layer(kind, shape).reasonWithoutAlpha()).isEmpty();
  }

  @Test
  void whatIsLeftOutIsAsPublished() {
    RunDescription run =
        new RunDescription("r", 1, null, List.of(FC), null, null, null, 1, RunPhase.RUNNING);

    assertThat(run.title()).isEmpty();
    assertThat(run.schedule()).isEqualTo(new BaseSchedule.External());
    assertThat(run.policy()).isEqualTo(PolicySpec.DEFAULT);
    assertThat(run.estimator()).isEqualTo(EstimatorSpec.DEFAULT);
  }

  @Test
  void eigenvaluesOfAStackAreThoseOfOneMember() {
    assertThat(layer(LayerKind.STACK, List.of(128L, 64L, 32L)).eigenvalueCount()).isEqualTo(32);
    assertThat(layer(LayerKind.EMBEDDING, List.of(5000L, 64L)).eigenvalueCount()).isEqualTo(64);
  }

  @Test
  void eigenvaluesArePooledOverAKernelsPositions() {
    assertThat(layer(LayerKind.CONVOLUTION, List.of(64L, 16L, 3L)).eigenvalueCount()).isEqualTo(48);
    assertThat(layer(LayerKind.CONVOLUTION, List.of(64L, 16L, 3L, 3L, 3L)).eigenvalueCount())
        .isEqualTo(432);
    assertThat(layer(LayerKind.DENSE, List.of(10L, 64L)).eigenvalueCount()).isEqualTo(10);
    assertThat(layer(LayerKind.CONVOLUTION, List.of(64L, 16L, 3L, 5L)).eigenvalueCount())
        .isEqualTo(240);
  }

  @Test
  void cosineFallsFromTheFullRateToZeroAndStaysThere() {
    BaseSchedule.Formula schedule = new BaseSchedule.Cosine(0.1, 100);

    // One rounding of the cosine at each of these points.
    assertThat(schedule.learningRateAt(-1)).isEqualTo(0.1);
    assertThat(schedule.learningRateAt(0)).isEqualTo(0.1);
    assertThat(schedule.learningRateAt(50)).isEqualTo(0.05, within(1e-16));
    assertThat(schedule.learningRateAt(25)).isEqualTo(0.05 * (1 + Math.sqrt(0.5)), within(1e-16));
    assertThat(schedule.learningRateAt(100)).isEqualTo(0.0);
    assertThat(schedule.learningRateAt(Long.MAX_VALUE)).isEqualTo(0.0);
  }

  @Test
  void constantStays() {
    assertThat(new BaseSchedule.Constant(0.1).learningRateAt(1_000)).isEqualTo(0.1);
  }

  private static Arguments rule(String message, ThrowingCallable creation) {
    return arguments(message, creation);
  }

  private static RunDescription run(
      long incarnation, List<LayerDescription> layers, long totalSteps) {
    return new RunDescription(
        "r",
        incarnation,
        "",
        layers,
        new BaseSchedule.Constant(1),
        PolicySpec.DEFAULT,
        EstimatorSpec.DEFAULT,
        totalSteps,
        RunPhase.RUNNING);
  }

  private static LayerDescription dense(String name, Optional<String> normLayer) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(2L, 2L), normLayer, OptionalInt.empty());
  }

  private static LayerDescription layer(LayerKind kind, List<Long> shape) {
    return new LayerDescription("fc", kind, shape, Optional.empty(), OptionalInt.empty());
  }

  private static PolicySpec sigmoid(double lower, double upper, double steepness) {
    return new PolicySpec.Sigmoid(
        lower,
        upper,
        steepness,
        LayerSelection.DEFAULT,
        Compatibility.SANE,
        Optional.empty(),
        false);
  }

  private static PolicySpec linear(
      double min, double max, LayerSelection selection, Compatibility compatibility) {
    return new PolicySpec.Linear(min, max, selection, compatibility);
  }
}
