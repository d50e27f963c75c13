package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Golden;
import io.isotherm.methods.catalogue.Field;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.json.Json;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.chance.AlphaNulls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReportedMetricsTest {

  /** All of the catalogue, and each again with each of its truth values turned. */
  static Stream<EstimatorSpec> estimators() {
    return Stream.concat(
        Stream.of(EstimatorSpec.ModelBalancing.sciml()),
        Estimators.CATALOGUE.entries().stream()
            .flatMap(
                entry ->
                    Stream.concat(
                        Stream.of(entry.published()),
                        entry.fields().list().stream()
                            .filter(field -> field.valueType() == boolean.class)
                            .map(field -> turned(entry.published(), field)))));
  }

  private static EstimatorSpec turned(EstimatorSpec estimator, Field field) {
    ObjectNode json = Json.MAPPER.valueToTree(estimator);
    json.put(field.name(), !json.get(field.name()).booleanValue());
    return Json.MAPPER.convertValue(json, EstimatorSpec.class);
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void theNamesAreThoseOfTheOutcomesOfADenseLayerAConvolutionAndAStack(EstimatorSpec estimator) {
    // Given
    JsonNode tensors = Golden.json("estimators.json");
    List<SafeTensor> layers =
        Stream.of("lin_tall", "conv3x3")
            .map(name -> Golden.weights(name, tensors.get(name).get("shape")))
            .collect(Collectors.toCollection(ArrayList::new));
    layers.add(stackOfOne(layers.get(0)));
    LayerAnalysis analysis =
        new LayerAnalysis(new ReferenceEigenvalueSolver(), PrecisionMode.MIXED, new AlphaNulls());
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

  private static SafeTensor stackOfOne(SafeTensor dense) {
    return new SafeTensor(
        dense.name(),
        dense.dtype(),
        List.of(1L, dense.shape().get(0), dense.shape().get(1)),
        Map.of(SafeTensor.LAYOUT, "stack,out,in"),
        dense.data());
  }
}
