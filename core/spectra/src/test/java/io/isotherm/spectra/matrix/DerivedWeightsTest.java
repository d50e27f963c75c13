package io.isotherm.spectra.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Weights;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DerivedWeightsTest {

  @Test
  void differenceOfSinglePrecisionWeightsIsExact() throws UnreadableTensorException {
    // Given two floats whose difference no float is
    SafeTensor trained = Weights.floats(List.of(1L, 2L), 1, 3);
    SafeTensor initial = Weights.floats(List.of(1L, 2L), 0x1p-30, 1);

    // When
    SafeTensor difference = DerivedWeights.difference(trained, initial);

    // Then
    assertThat(difference.dtype()).isEqualTo(DType.F64);
    assertThat(elements(difference)).containsExactly(1 - 0x1p-30, 2);
  }

  @Test
  void differenceOfConvolutionsIsAConvolution() throws UnreadableTensorException {
    // Given
    List<Long> shape = List.of(6L, 4L, 3L, 3L);
    SafeTensor trained = Weights.tensor(shape, Weights.gaussian(216, 3));

    // When
    SafeTensor difference =
        DerivedWeights.difference(trained, Weights.tensor(shape, new double[216]));

    // Then
    assertThat(difference.shape()).isEqualTo(shape);
    assertThat(elements(difference)).isEqualTo(elements(trained));
  }

  @Test
  void weightsThatDidNotMoveAreSkippedAsZero() throws UnreadableTensorException {
    // Given
    SafeTensor weights = Weights.dense(4, 4, Weights.gaussian(16, 5));

    // When
    SafeTensor difference = DerivedWeights.difference(weights, weights);

    // Then
    assertThat(
            new LayerAnalysis(new ReferenceEigenvalueSolver())
                .analyse(difference, EstimatorSpec.DEFAULT))
        .isEqualTo(new Outcome.Skipped("all 16 weights are 0"));
  }

  @Test
  void loraProductIsTheMatrixProductWithoutScaling() throws UnreadableTensorException {
    // Given [3, 2] and [2, 2]
    SafeTensor b = Weights.dense(3, 2, 1, 2, 3, 4, 5, 6);
    SafeTensor a = Weights.dense(2, 2, 1, 10, 100, 1000);

    // When
    SafeTensor product = DerivedWeights.loraProduct(b, a);

    // Then
    assertThat(product.shape()).containsExactly(3L, 2L);
    assertThat(elements(product)).containsExactly(201, 2010, 403, 4030, 605, 6050);
  }

  @Test
  void adaptedWeightsAreTheSum() throws UnreadableTensorException {
    // Given
    SafeTensor weights = Weights.dense(2, 2, 1, 1, 1, 1);
    SafeTensor b = Weights.dense(2, 1, 1, 2);
    SafeTensor a = Weights.dense(1, 2, 3, 4);

    // Then
    assertThat(elements(DerivedWeights.withLora(weights, b, a))).containsExactly(4, 5, 7, 9);
  }

  @Test
  void loraProductHasAnAlphaOnlyBehindTheZeroFilter() throws UnreadableTensorException {
    // Given rank 8 of 32
    SafeTensor product =
        DerivedWeights.loraProduct(
            Weights.dense(40, 8, Weights.gaussian(320, 7)),
            Weights.dense(8, 32, Weights.gaussian(256, 9)));
    LayerAnalysis analysis = new LayerAnalysis(new ReferenceEigenvalueSolver());

    // When
    Outcome plain = analysis.analyse(product, EstimatorSpec.ModelBalancing.nlp());
    Outcome filtered =
        analysis.analyse(product, new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 2, true, 0.5));

    // Then
    assertThat(plain).isInstanceOf(Outcome.Skipped.class);
    assertThat(((Outcome.Analysed) filtered).metrics())
        .containsExactly(Map.entry("eigenvaluesAboveFilter", 8.0));
  }

  @Test
  void shapesThatDoNotFitAreRefusedInOneLine() {
    SafeTensor square = Weights.dense(2, 2, 1, 2, 3, 4);
    SafeTensor wide = Weights.dense(1, 4, 1, 2, 3, 4);
    SafeTensor transposed =
        Weights.tensor(List.of(2L, 2L), Map.of(SafeTensor.LAYOUT, "in,out"), 1, 2, 3, 4);

    assertThatThrownBy(() -> DerivedWeights.difference(square, wide))
        .isInstanceOf(UnreadableTensorException.class)
        .hasMessage(
            "tensors 'layer' and 'layer' must have the same shape and layout, got: [2, 2] and"
                + " [1, 4]");
    assertThatThrownBy(() -> DerivedWeights.difference(square, transposed))
        .hasMessageEndingWith("got: [2, 2] and [2, 2] as 'in,out'");
    assertThatThrownBy(() -> DerivedWeights.loraProduct(wide, square))
        .hasMessage(
            "tensor 'layer' must have as many columns as tensor 'layer' has rows, got shapes: [1,"
                + " 4] and [2, 2]");
    assertThatThrownBy(() -> DerivedWeights.loraProduct(transposed, square))
        .hasMessage(
            "tensor 'layer' must have 2 dimensions in PyTorch's layout, got: [2, 2] as 'in,out'");
    assertThatThrownBy(() -> DerivedWeights.withLora(wide, square, square))
        .hasMessage(
            "tensor 'layer' must have the shape [2, 2] of 'layer' times 'layer', got: [1, 4]");
  }

  private static double[] elements(SafeTensor tensor) {
    double[] elements = new double[(int) tensor.elementCount()];
    tensor.data().asDoubleBuffer().get(elements);
    return elements;
  }
}
