package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Golden;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.safetensors.SafeTensor;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReportedMetricsTest {

  static Stream<EstimatorSpec> estimators() {
    return Stream.of(
        EstimatorSpec.DEFAULT,
        new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 2, true, 0.5),
        EstimatorSpec.Farms.defaults(),
        EstimatorSpec.FarmsLlm.defaults(),
        EstimatorSpec.ModelBalancing.nlp(),
        EstimatorSpec.ModelBalancing.sciml(),
        EstimatorSpec.WeightWatcher.defaults(),
        new EstimatorSpec.WeightWatcher(1, true));
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void theNamesAreThoseOfTheOutcomesOfADenseLayerAndAConvolution(EstimatorSpec estimator) {
    // Given
    JsonNode tensors = Golden.json("estimators.json");
    List<SafeTensor> layers =
        Stream.of("lin_tall", "conv3x3")
            .map(name -> Golden.weights(name, tensors.get(name).get("shape")))
            .toList();
    LayerAnalysis analysis = new LayerAnalysis(new ReferenceEigenvalueSolver());
    SortedSet<String> reported = new TreeSet<>();

    // When
    for (SafeTensor layer : layers) {
      Outcome outcome = analysis.analyse(layer, estimator);
      assertThat(outcome).isInstanceOf(Outcome.Analysed.class);
      reported.addAll(((Outcome.Analysed) outcome).numbers().keySet());
    }

    // Then
    assertThat(Metric.reportedBy(estimator)).isEqualTo(reported);
  }
}
