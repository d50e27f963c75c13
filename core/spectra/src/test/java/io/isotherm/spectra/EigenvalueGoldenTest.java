package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.golden.Golden;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.matrix.Layers;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pooled eigenvalues against the squared singular values of a double precision SVD. */
class EigenvalueGoldenTest {

  /** Share of the largest eigenvalue: some tens of roundings, as for any backward stable method. */
  private static final double OF_LARGEST = 1e-12;

  private static final double CONV_NORM = 0.5;

  @Test
  void eigenvaluesAreTheSquaredSingularValues() {
    // Given
    JsonNode shapes = Golden.json("estimators.json");
    JsonNode tensors = Golden.json("eigenvalues.json");
    int compared = 0;

    for (Map.Entry<String, JsonNode> entry : tensors.properties()) {
      JsonNode shape = shapes.get(entry.getKey()).get("shape");
      WeightMatrices matrices = Layers.slices(Golden.weights(entry.getKey(), shape));

      // When
      Spectrum spectrum =
          Spectrum.pooled(
              new ReferenceEigenvalueSolver().eigenvalues(matrices, Precision.FP64),
              matrices.order(),
              shape.size() == 4 ? CONV_NORM : 1,
              Precision.FP64.unitRoundoff());

      // Then
      JsonNode expected = entry.getValue();
      double tolerance = OF_LARGEST * expected.get("max").doubleValue();
      assertThat(spectrum.size()).as(entry.getKey()).isEqualTo(expected.get("n").intValue());
      assertThat(spectrum.value(0))
          .as("%s min", entry.getKey())
          .isCloseTo(expected.get("min").doubleValue(), within(tolerance));
      assertThat(spectrum.largest())
          .as("%s max", entry.getKey())
          .isCloseTo(expected.get("max").doubleValue(), within(tolerance));
      assertThat(spectrum.value(spectrum.size() / 2))
          .as("%s median", entry.getKey())
          .isCloseTo(expected.get("median_index_value").doubleValue(), within(tolerance));
      JsonNode ascending = expected.path("ascending_f64");
      for (int i = 0; i < ascending.size(); i++) {
        assertThat(spectrum.value(i))
            .as("%s eigenvalue %d", entry.getKey(), i)
            .isCloseTo(ascending.get(i).doubleValue(), within(tolerance));
        compared++;
      }
    }
    System.out.printf(
        "eigenvalues.json: %d tensors, %d eigenvalues matched%n", tensors.size(), compared);
    assertThat(compared).isPositive();
  }
}
