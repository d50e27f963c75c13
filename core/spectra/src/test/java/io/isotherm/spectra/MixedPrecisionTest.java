package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Weights;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When single precision is taken, and when it is done again in double. */
class MixedPrecisionTest {

  private static final double[] WIDE = {0.5, 1, 2, 4, 8, 16};

  private final RecordingSolver solver = new RecordingSolver();

  @Test
  void certifiedAlphaIsTakenFromSinglePrecision() {
    // When
    Outcome outcome = analyse(PrecisionMode.MIXED, EstimatorSpec.DEFAULT, WIDE);

    // Then
    assertThat(solver.asked).containsExactly(Precision.FP32);
    assertThat(((Outcome.Analysed) outcome).precision()).isEqualTo("fp32");
  }

  @Test
  void alphaThatSinglePrecisionDoesNotCertifyIsComputedAgain() {
    // Given xmin at 1e-6 of the largest, which is known to 1e-7 only
    double[] steep = {1e-8, 1e-7, 1e-6, 2e-6, 1e-5, 1};

    // When
    Outcome outcome = analyse(PrecisionMode.MIXED, EstimatorSpec.DEFAULT, steep);

    // Then
    assertThat(solver.asked).containsExactly(Precision.FP32, Precision.FP64);
    assertThat(((Outcome.Analysed) outcome).precision()).isEqualTo("fp64");
  }

  @Test
  void reasonToSkipIsThatOfDoublePrecision() {
    // When
    Outcome outcome = analyse(PrecisionMode.MIXED, EstimatorSpec.DEFAULT, 0, 0, 0, 1e-9, 1);

    // Then
    assertThat(solver.asked).containsExactly(Precision.FP32, Precision.FP64);
    assertThat(((Outcome.Skipped) outcome).reason()).contains("rounding level 1.77");
  }

  @ParameterizedTest
  @EnumSource(
      value = XminRule.class,
      names = {"GOODNESS_OF_FIT", "XMIN_PEAK"})
  void fitsThatLookAtTheSmallEigenvaluesStartInDouble(XminRule rule) {
    // When
    Outcome outcome = analyse(PrecisionMode.MIXED, EstimatorSpec.TempBalance.of(rule), WIDE);

    // Then
    assertThat(solver.asked).containsExactly(Precision.FP64);
    assertThat(outcome).isInstanceOf(Outcome.Analysed.class);
  }

  @Test
  void doubleModeNeverAsksForSinglePrecision() {
    analyse(PrecisionMode.DOUBLE, EstimatorSpec.DEFAULT, WIDE);

    assertThat(solver.asked).containsExactly(Precision.FP64);
  }

  @Test
  void zeroFilterIsAppliedInSinglePrecisionWhereNoEigenvalueIsNearIt() {
    analyse(PrecisionMode.MIXED, EstimatorSpec.ModelBalancing.sciml(), WIDE);

    assertThat(solver.asked).containsExactly(Precision.FP32);
  }

  @Test
  void zeroFilterNearAnEigenvalueIsAppliedInDouble() {
    // Given 1.001e-5, which single precision cannot tell from 0.999e-5 beside 16
    double[] straddling = {1.001e-5, 1, 2, 4, 8, 16};

    // When
    Outcome outcome =
        analyse(PrecisionMode.MIXED, EstimatorSpec.ModelBalancing.sciml(), straddling);

    // Then
    assertThat(solver.asked).containsExactly(Precision.FP32, Precision.FP64);
    assertThat(((Outcome.Analysed) outcome).metrics()).containsEntry("eigenvaluesAboveFilter", 6.0);
  }

  @Test
  void oneUncertainBlockMakesAllOfThemDouble() {
    // Given a convolution of two blocks, the second one steep
    solver.answers = List.of(new double[] {1, 2, 4, 8}, new double[] {1e-8, 1e-7, 1e-6, 1});
    SafeTensor weights = Weights.tensor(List.of(8L, 4L, 1L, 1L), Weights.gaussian(32, 3));

    // When
    Analysis analysis =
        new LayerAnalysis(solver, PrecisionMode.MIXED)
            .analyseInDetail(weights, EstimatorSpec.Farms.of(9, 1, 1, OptionalInt.empty()));

    // Then
    assertThat(solver.asked)
        .containsExactly(Precision.FP32, Precision.FP32, Precision.FP64, Precision.FP64);
    Outcome.Analysed analysed = (Outcome.Analysed) analysis.outcome();
    assertThat(analysed.precision()).isEqualTo("fp64");
    assertThat(analysed.xmin()).isEmpty();
    assertThat(analysed.xminIndex()).isEmpty();
    assertThat(analysed.eigenvalueCount()).isEqualTo(8);
    assertThat(analysed.metrics()).containsEntry("blocks", 2.0);
    assertThat(analysis.spectra()).hasSize(2);
  }

  @Test
  void reasonNamesTheBlock() {
    // Given
    solver.answers = List.of(new double[] {1, 2, 4, 8}, new double[] {0, 0, 0, 0});
    SafeTensor weights = Weights.tensor(List.of(12L, 4L, 1L, 1L), Weights.gaussian(48, 3));

    // When
    Analysis analysis =
        new LayerAnalysis(solver, PrecisionMode.DOUBLE)
            .analyseInDetail(weights, EstimatorSpec.Farms.of(9, 1, 1, OptionalInt.empty()));

    // Then
    assertThat(analysis.outcome())
        .isEqualTo(new Outcome.Skipped("block 2 of 3: all 4 eigenvalues are 0"));
    assertThat(analysis.spectra()).hasSize(2);
  }

  private Outcome analyse(PrecisionMode mode, EstimatorSpec estimator, double... eigenvalues) {
    solver.answers = List.of(eigenvalues);
    double[] weights =
        DoubleStream.iterate(1, x -> -x / 2).limit(eigenvalues.length * 7L).toArray();
    return new LayerAnalysis(solver, mode)
        .analyse(Weights.dense(eigenvalues.length, 7, weights), estimator);
  }

  /** Answers in turn, and remembers in which precision it was asked. */
  private static final class RecordingSolver implements EigenvalueSolver {

    private final List<Precision> asked = new ArrayList<>();
    private List<double[]> answers = List.of();

    @Override
    public String name() {
      return "recording";
    }

    @Override
    public boolean supports(Precision precision) {
      return true;
    }

    @Override
    public void eigenvalues(WeightMatrices matrices, Precision precision, double[] target) {
      double[] answer = answers.get(asked.size() % answers.size());
      asked.add(precision);
      System.arraycopy(answer, 0, target, 0, answer.length);
    }

    @Override
    public void warmUp() {}

    @Override
    public void close() {}
  }
}
