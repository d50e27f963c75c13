package io.isotherm.spectra.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerFactorsTest {

  private static final LayerSelection ALL = new LayerSelection(false, false, 0);
  private static final double ROUNDING = 1e-15;

  @Test
  void smallestAlphaGetsTheSmallestFactorAndTheOthersFollowLinearly() {
    // When
    List<LayerFactor> factors =
        of(
            linear(ALL, Compatibility.SANE),
            List.of(dense("a"), dense("b"), dense("c")),
            Map.of("a", 4.0, "b", 2.0, "c", 2.5));

    // Then
    assertThat(factors).extracting(LayerFactor::layer).containsExactly("a", "b", "c");
    assertThat(factors).extracting(LayerFactor::role).containsOnly(Role.TUNED);
    assertThat(factors.get(0).factor()).isEqualTo(1.5);
    assertThat(factors.get(1).factor()).isEqualTo(0.5);
    assertThat(factors.get(2).factor()).isCloseTo(0.75, within(ROUNDING));
  }

  @Test
  void normLayerStandsBehindItsLayerWithItsFactor() {
    // When
    List<LayerFactor> factors =
        of(
            linear(ALL, Compatibility.SANE),
            List.of(convolution("conv1", "bn1"), convolution("conv2", "bn2")),
            Map.of("conv1", 2.0, "conv2", 3.0));

    // Then
    assertThat(factors)
        .containsExactly(
            new LayerFactor("conv1", Role.TUNED, 0.5, Optional.empty()),
            new LayerFactor("bn1", Role.FOLLOWS, 0.5, Optional.of("conv1")),
            new LayerFactor("conv2", Role.TUNED, 1.5, Optional.empty()),
            new LayerFactor("bn2", Role.FOLLOWS, 1.5, Optional.of("conv2")));
  }

  @Test
  void everyNormLayerOfALayerTakesItsFactor() {
    // Given
    LayerDescription between =
        new LayerDescription(
            "fc",
            LayerKind.DENSE,
            List.of(64L, 64L),
            List.of("before", "behind"),
            OptionalInt.empty(),
            Optional.empty());

    // When
    List<LayerFactor> factors =
        of(
            linear(ALL, Compatibility.SANE),
            List.of(between, dense("other")),
            Map.of("fc", 3.0, "other", 2.0));

    // Then
    assertThat(factors)
        .startsWith(
            new LayerFactor("fc", Role.TUNED, 1.5, Optional.empty()),
            new LayerFactor("before", Role.FOLLOWS, 1.5, Optional.of("fc")),
            new LayerFactor("behind", Role.FOLLOWS, 1.5, Optional.of("fc")));
  }

  @Test
  void embeddingKeepsTheBaseRateAndIsNeitherFirstNorLastLayer() {
    // Given
    List<LayerDescription> layers =
        List.of(
            of("wte", LayerKind.EMBEDDING, List.of(500L, 64L)),
            dense("first"),
            dense("a"),
            dense("b"),
            dense("last"),
            of("tail", LayerKind.EMBEDDING, List.of(500L, 64L)));
    Map<String, Double> alphas =
        Map.of("wte", 9.0, "first", 8.0, "a", 2.0, "b", 3.0, "last", 8.0, "tail", 1.5);

    // When
    List<LayerFactor> factors =
        of(linear(LayerSelection.DEFAULT, Compatibility.SANE), layers, alphas);

    // Then
    assertThat(factors)
        .extracting(LayerFactor::factor)
        .containsExactly(1.0, 1.0, 0.5, 1.5, 1.0, 1.0);
    assertThat(factors.get(0).role()).isEqualTo(Role.EXCLUDED);
  }

  @Test
  void layerThatCannotBeMeasuredKeepsTheBaseRateWhateverThePolicySelects() {
    // Given
    PolicySpec.Single everythingAtLargest =
        new PolicySpec.Linear(
            0.5,
            1.5,
            ALL,
            Compatibility.SANE,
            Optional.empty(),
            false,
            new PolicyOptions(
                "alpha",
                List.of("gate"),
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                Optional.empty()));

    // When
    List<LayerFactor> factors =
        of(
            everythingAtLargest,
            List.of(dense("a"), of("gate", LayerKind.OTHER, List.of(8L)), dense("b")),
            Map.of("a", 2.0, "gate", 99.0, "b", 3.0));

    // Then
    assertThat(factors).extracting(LayerFactor::factor).containsExactly(0.5, 1.0, 1.5);
    assertThat(factors.get(1).role()).isEqualTo(Role.NO_ALPHA);
  }

  @Test
  void firstLastAndSmallLayersStayAtTheBaseRate() {
    // Given
    List<LayerDescription> layers =
        List.of(
            dense("first"),
            dense("a"),
            dense("small", 49, 100),
            dense("b", 50, 100),
            dense("last"));
    Map<String, Double> alphas =
        Map.of("first", 9.0, "a", 2.0, "small", 10.0, "b", 3.0, "last", 1.1);

    // When
    List<LayerFactor> factors =
        of(linear(LayerSelection.DEFAULT, Compatibility.SANE), layers, alphas);

    // Then the excluded ones do not set the range either
    assertThat(factors)
        .extracting(LayerFactor::role)
        .containsExactly(Role.EXCLUDED, Role.TUNED, Role.EXCLUDED, Role.TUNED, Role.EXCLUDED);
    assertThat(factors).extracting(LayerFactor::factor).containsExactly(1.0, 0.5, 1.0, 1.5, 1.0);
  }

  @Test
  void smallLayerAtTheEndDoesNotShieldItsNeighbour() {
    // Given a last layer that is too small as well
    List<LayerDescription> layers =
        List.of(dense("tiny", 2, 2), dense("a"), dense("b"), dense("head", 10, 64));

    // When
    List<LayerFactor> factors =
        of(linear(LayerSelection.DEFAULT, Compatibility.SANE), layers, Map.of("a", 2.0, "b", 3.0));

    // Then only the ends are gone, and nothing is removed in their place
    assertThat(factors)
        .extracting(LayerFactor::role)
        .containsExactly(Role.EXCLUDED, Role.TUNED, Role.TUNED, Role.EXCLUDED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void networkOfOnlyEndsIsLeftAlone(int count) {
    // Given
    List<LayerDescription> layers = List.of(dense("a"), dense("b")).subList(0, count);

    // When
    List<LayerFactor> factors =
        of(linear(LayerSelection.DEFAULT, Compatibility.REFERENCE), layers, Map.of("a", 2.0));

    // Then
    assertThat(factors).hasSize(count);
    assertThat(factors).extracting(LayerFactor::role).containsOnly(Role.EXCLUDED);
    assertThat(factors).extracting(LayerFactor::factor).containsOnly(1.0);
  }

  @ParameterizedTest
  @EnumSource(Compatibility.class)
  void networkWithoutLayersHasNoFactors(Compatibility compatibility) {
    assertThat(of(linear(LayerSelection.DEFAULT, compatibility), List.of(), Map.of("a", 2.0)))
        .isEmpty();
  }

  @Test
  void equalAlphasLeaveEveryLayerAtTheBaseRate() {
    assertThat(factors(Compatibility.SANE, 2.5, 2.5, 2.5)).containsExactly(1.0, 1.0, 1.0);
  }

  @Test
  void equalAlphasGetTheLargestFactorInReferenceMode() {
    assertThat(factors(Compatibility.REFERENCE, 2.5, 2.5, 2.5)).containsExactly(1.5, 1.5, 1.5);
  }

  @Test
  void singleLayerStaysAtTheBaseRate() {
    assertThat(factors(Compatibility.SANE, 3.3)).containsExactly(1.0);
  }

  @Test
  void singleLayerGetsTheLargestFactorInReferenceMode() {
    assertThat(factors(Compatibility.REFERENCE, 3.3)).containsExactly(1.5);
  }

  @Test
  void infiniteAlphaIsNoAlpha() {
    // When
    List<LayerFactor> factors =
        of(
            linear(ALL, Compatibility.SANE),
            List.of(dense("a"), dense("b"), dense("c")),
            Map.of("a", 2.0, "b", Double.POSITIVE_INFINITY, "c", 4.0));

    // Then
    assertThat(factors)
        .extracting(LayerFactor::role)
        .containsExactly(Role.TUNED, Role.NO_ALPHA, Role.TUNED);
    assertThat(factors).extracting(LayerFactor::factor).containsExactly(0.5, 1.0, 1.5);
  }

  @Test
  void infiniteAlphaPinsTheOthersToTheSmallestFactorInReferenceMode() {
    assertThat(factors(Compatibility.REFERENCE, 2, Double.POSITIVE_INFINITY, 4))
        .containsExactly(0.5, 1.5, 0.5);
    assertThat(factors(Compatibility.REFERENCE, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY))
        .containsExactly(1.5, 1.5);
  }

  @ParameterizedTest
  @EnumSource(Compatibility.class)
  void missingAlphaLeavesItsLayerAndItsNormLayerAtTheBaseRate(Compatibility compatibility) {
    // When
    List<LayerFactor> factors =
        of(
            linear(ALL, compatibility),
            List.of(dense("a"), convolution("conv", "bn"), dense("c")),
            Map.of("a", 2.0, "c", 4.0));

    // Then
    assertThat(factors)
        .containsExactly(
            new LayerFactor("a", Role.TUNED, 0.5, Optional.empty()),
            new LayerFactor("conv", Role.NO_ALPHA, 1, Optional.empty()),
            new LayerFactor("bn", Role.FOLLOWS, 1, Optional.of("conv")),
            new LayerFactor("c", Role.TUNED, 1.5, Optional.empty()));
  }

  @Test
  void alphaThatIsNotANumberPoisonsNobody() {
    assertThat(factors(Compatibility.SANE, Double.NaN, 2, 4)).containsExactly(1.0, 0.5, 1.5);
    assertThat(factors(Compatibility.SANE, Double.NEGATIVE_INFINITY, 2, 4))
        .containsExactly(1.0, 0.5, 1.5);
  }

  @Test
  void alphaThatIsNotANumberDoesInReferenceModeWhatItDoesInTheReference() {
    // Given a NaN in front, which Python's min and max keep, and one behind, which they pass over
    assertThat(factors(Compatibility.REFERENCE, Double.NaN, 2, 4)).containsOnly(1.0);
    assertThat(factors(Compatibility.REFERENCE, 2, Double.NaN, 4)).containsExactly(0.5, 1.0, 1.5);
  }

  @Test
  void stepsSpanTheRangeAndEqualAlphasShareTheirFactor() {
    // When
    PolicySpec.Single step = step(Compatibility.SANE);

    // Then
    assertThat(factors(step, 3, 2, 9, 4, 4)).containsExactly(0.75, 0.5, 1.5, 1.125, 1.125);
    assertThat(factors(step, 3)).containsExactly(1.0);
    assertThat(factors(step, 3, 3)).containsExactly(1.0, 1.0);
  }

  @Test
  void stepsOfTheReferenceEndBelowTheMaximum() {
    assertThat(factors(step(Compatibility.REFERENCE), 3, 2, 9, 4))
        .containsExactly(0.75, 0.5, 1.25, 1.0);
  }

  @Test
  void sharesHaveAMeanOfOne() {
    assertThat(factors(new PolicySpec.Sqrt(ALL, Compatibility.SANE), 1, 4, 9))
        .containsExactly(0.5, 1.0, 1.5);
    assertThat(factors(new PolicySpec.Log2(ALL, Compatibility.SANE), 2, 4, 8))
        .containsExactly(0.5, 1.0, 1.5);
  }

  @Test
  void valueWithoutAPositiveShareLeavesItsLayerAloneAndTheOthersUntouched() {
    assertThat(factors(new PolicySpec.Log2(ALL, Compatibility.SANE), 0.5, 2, 4, 8, 1))
        .containsExactly(1.0, 0.5, 1.0, 1.5, 1.0);
    assertThat(factors(new PolicySpec.Sqrt(ALL, Compatibility.SANE), -3, 1, 4, 9))
        .containsExactly(1.0, 0.5, 1.0, 1.5);
  }

  @Test
  void sigmoidGoesHalfItsDecadesUpAndDown() {
    // When
    List<Double> factors =
        factors(
            new PolicySpec.Sigmoid(2, 1, 10, ALL, Compatibility.SANE, Optional.empty(), false),
            2,
            12,
            7);

    // Then
    assertThat(factors.get(0)).isCloseTo(0.1, within(ROUNDING));
    assertThat(factors.get(1)).isCloseTo(Math.sqrt(10), within(10 * ROUNDING));
    assertThat(factors.get(2)).isEqualTo(1);
  }

  @Test
  void blockHasTheFactorOfItsMeanAlphaAndLayersOutsideOfBlocksStayAtTheBaseRate() {
    // Given means of 3 and 7
    List<LayerDescription> layers =
        List.of(dense("in"), inBlock("a", 0), inBlock("b", 0), inBlock("c", 1));

    // When
    List<LayerFactor> factors =
        of(
            blocks(new PolicySpec.Blocks.Whole(), false),
            layers,
            Map.of("in", 100.0, "a", 2.0, "b", 4.0, "c", 7.0));

    // Then
    assertThat(factors).extracting(LayerFactor::factor).containsExactly(1.0, 0.5, 0.5, 1.5);
  }

  @Test
  void layersWithinABlockDifferByTheirOwnAlphasAndALayerAloneDoesNot() {
    // Given
    List<LayerDescription> layers = List.of(inBlock("a", 0), inBlock("b", 0), inBlock("c", 1));

    // When
    List<LayerFactor> factors =
        of(
            blocks(new PolicySpec.Blocks.Within(0.8, 1.2), false),
            layers,
            Map.of("a", 2.0, "b", 4.0, "c", 7.0));

    // Then
    assertThat(factors).extracting(LayerFactor::factor).containsExactly(0.4, 0.6, 1.5);
  }

  @Test
  void normalisedFactorsHaveAMeanOfOne() {
    // When
    List<LayerFactor> factors =
        of(
            blocks(new PolicySpec.Blocks.Whole(), true),
            List.of(inBlock("a", 0), inBlock("b", 0), inBlock("c", 1), inBlock("d", 2)),
            Map.of("a", 2.0, "b", 4.0, "c", 7.0, "d", 5.0));

    // Then
    assertThat(factors.stream().mapToDouble(LayerFactor::factor).average().orElseThrow())
        .isCloseTo(1, within(ROUNDING));
    assertThat(factors.get(2).factor()).isCloseTo(3 * factors.get(0).factor(), within(ROUNDING));
  }

  @Test
  void networkWithoutBlocksIsLeftAlone() {
    // When
    List<LayerFactor> factors =
        of(
            blocks(new PolicySpec.Blocks.Whole(), true),
            List.of(dense("a"), dense("b")),
            Map.of("a", 2.0, "b", 4.0));

    // Then
    assertThat(factors).extracting(LayerFactor::factor).containsOnly(1.0);
  }

  @ParameterizedTest
  @EnumSource(Compatibility.class)
  void noAlphaAtAllLeavesEveryLayerAtTheBaseRate(Compatibility compatibility) {
    // When
    List<LayerFactor> factors =
        of(linear(ALL, compatibility), List.of(dense("a"), dense("b")), Map.of("other", 2.0));

    // Then
    assertThat(factors).extracting(LayerFactor::role).containsOnly(Role.NO_ALPHA);
    assertThat(factors).extracting(LayerFactor::factor).containsOnly(1.0);
  }

  @Test
  void constantPolicyLeavesEveryLayerAtTheBaseRate() {
    // When
    List<LayerFactor> factors =
        of(
            new PolicySpec.Constant(),
            List.of(convolution("conv", "bn"), dense("a")),
            Map.of("conv", 2.0, "a", 4.0));

    // Then
    assertThat(factors)
        .containsExactly(
            new LayerFactor("conv", Role.EXCLUDED, 1, Optional.empty()),
            new LayerFactor("bn", Role.FOLLOWS, 1, Optional.of("conv")),
            new LayerFactor("a", Role.EXCLUDED, 1, Optional.empty()));
  }

  @Test
  void factorsStayWithinTheirRangeForAlphasThatDifferByOneBit() {
    assertThat(factors(Compatibility.SANE, 2, Math.nextUp(2.0), Math.nextUp(Math.nextUp(2.0))))
        .containsExactly(0.5, 1.0, 1.5);
  }

  @Test
  void eigenvaluesAreCountedAsTheEstimatorHasThem() {
    // Given two layers of 64 eigenvalues, of which a sliding window makes more and a filter fewer
    Map<String, LayerReading> readings = new HashMap<>(Readings.of(Map.of("a", 2.0, "d", 9.0)));
    readings.put("b", new LayerReading(0, 3, OptionalLong.of(5_000)));
    readings.put("c", new LayerReading(0, 4, OptionalLong.of(49)));

    // When
    List<LayerFactor> factors =
        LayerFactors.of(
            linear(new LayerSelection(false, false, 50), Compatibility.SANE),
            List.of(dense("a"), dense("b", 10, 64), dense("c"), dense("d", 49, 64)),
            readings);

    // Then
    assertThat(factors)
        .extracting(LayerFactor::role)
        .containsExactly(Role.TUNED, Role.TUNED, Role.EXCLUDED, Role.EXCLUDED);
  }

  @Test
  void patternsChooseAmongTheLayersThatTheOtherRulesLeave() {
    // Given
    LayerSelection selection =
        new LayerSelection(true, false, 50, List.of("block*"), List.of("*.skip"));

    // When
    List<LayerFactor> factors =
        of(
            linear(selection, Compatibility.SANE),
            List.of(
                dense("block0"),
                dense("block1"),
                dense("block2.skip"),
                dense("block3"),
                dense("x")),
            Map.of("block0", 9.0, "block1", 2.0, "block2.skip", 9.0, "block3", 3.0, "x", 9.0));

    // Then
    assertThat(factors).extracting(LayerFactor::factor).containsExactly(1.0, 0.5, 1.0, 1.5, 1.0);
    assertThat(factors)
        .extracting(LayerFactor::role)
        .containsExactly(Role.EXCLUDED, Role.TUNED, Role.EXCLUDED, Role.TUNED, Role.EXCLUDED);
  }

  @Test
  void layersAtTheLargestNeedNoValueOfTheirOwn() {
    // When
    List<LayerFactor> factors =
        of(
            withOptions(options(List.of("embed", "head"), Optional.empty())),
            List.of(dense("embed"), dense("a"), dense("b"), dense("head")),
            Map.of("a", 2.0, "b", 4.0, "head", 1.5));

    // Then the head's own value, the smallest, sets no range either
    assertThat(factors).extracting(LayerFactor::factor).containsExactly(1.5, 0.5, 1.5, 1.5);
  }

  @Test
  void layersAtTheLargestOfNothingHaveNone() {
    // When
    List<LayerFactor> factors =
        of(
            withOptions(options(List.of("head"), Optional.empty())),
            List.of(dense("a"), dense("head")),
            Map.of());

    // Then
    assertThat(factors).extracting(LayerFactor::role).containsOnly(Role.NO_ALPHA);
  }

  @Test
  void clampBoundsTheFactorsOfTunedLayers() {
    // When
    List<LayerFactor> factors =
        of(
            withOptions(options(List.of(), Optional.of(new PolicyOptions.Clamp(1.1, 1.4)))),
            List.of(dense("a"), dense("b"), dense("c"), dense("unknown")),
            Map.of("a", 2.0, "b", 3.5, "c", 4.0));

    // Then
    assertThat(factors).extracting(LayerFactor::factor).containsExactly(1.1, 1.25, 1.4, 1.0);
  }

  private static List<Double> factors(Compatibility compatibility, double... alphas) {
    return factors(linear(ALL, compatibility), alphas);
  }

  private static List<Double> factors(PolicySpec.Single policy, double... alphas) {
    Map<String, Double> byName = new HashMap<>();
    List<LayerDescription> layers = new ArrayList<>();
    for (double alpha : alphas) {
      String name = "layer" + layers.size();
      layers.add(dense(name));
      byName.put(name, alpha);
    }
    return of(policy, layers, byName).stream().map(LayerFactor::factor).toList();
  }

  private static List<LayerFactor> of(
      PolicySpec.Single policy, List<LayerDescription> layers, Map<String, Double> alphas) {
    return LayerFactors.of(policy, layers, Readings.of(alphas));
  }

  private static PolicySpec.Single linear(LayerSelection selection, Compatibility compatibility) {
    return new PolicySpec.Linear(0.5, 1.5, selection, compatibility);
  }

  private static PolicySpec.Single withOptions(PolicyOptions options) {
    return new PolicySpec.Linear(
        0.5, 1.5, ALL, Compatibility.SANE, Optional.empty(), false, options);
  }

  private static PolicyOptions options(
      List<String> atLargest, Optional<PolicyOptions.Clamp> clamp) {
    return new PolicyOptions(
        PolicyOptions.ALPHA, atLargest, clamp, 0, 0, Optional.empty(), Optional.empty());
  }

  private static PolicySpec.Single step(Compatibility compatibility) {
    return new PolicySpec.Step(0.5, 1.5, ALL, compatibility, Optional.empty(), false);
  }

  private static PolicySpec.Single blocks(PolicySpec.Blocks blocks, boolean normalise) {
    return new PolicySpec.Linear(0.5, 1.5, ALL, Compatibility.SANE, Optional.of(blocks), normalise);
  }

  private static LayerDescription inBlock(String name, int block) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(64L, 64L), Optional.empty(), OptionalInt.of(block));
  }

  private static LayerDescription of(String name, LayerKind kind, List<Long> shape) {
    return new LayerDescription(name, kind, shape, Optional.empty(), OptionalInt.empty());
  }

  private static LayerDescription dense(String name) {
    return dense(name, 64, 64);
  }

  private static LayerDescription dense(String name, long out, long in) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(out, in), Optional.empty(), OptionalInt.empty());
  }

  private static LayerDescription convolution(String name, String norm) {
    return new LayerDescription(
        name,
        LayerKind.CONVOLUTION,
        List.of(16L, 16L, 3L, 3L),
        Optional.of(norm),
        OptionalInt.empty());
  }
}
