package io.isotherm.checkpoints;

import static io.isotherm.checkpoints.Models.constant;
import static io.isotherm.checkpoints.Models.gaussian;
import static io.isotherm.checkpoints.Models.heavyTailed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointComparisonTest {

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void layersThatChangedMostComeFirstAndThoseOfOneSideAreNamed() throws Exception {
    // Given a layer that stays, one that changes, one that goes and one that comes
    Path before =
        write("a", gaussian("h.0.weight", 60, 60), gaussian("h.1.weight", 60, 60), gone());
    Path after =
        write(
            "b",
            gaussian("h.0.weight", 60, 60),
            heavyTailed("h.1.weight", 60, 60),
            gaussian("h.3.weight", 20, 20));

    // When
    int status = compare(before, after).printTable(Models.plain(out));

    // Then
    assertThat(status).isZero();
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines.get(0))
        .matches("  layer +shape +alpha A +alpha B +change +spectral norm +norm");
    assertThat(lines.get(1)).matches("  h\\.1\\.weight +60x60 .* -0\\.\\d{3} .*\\+.* %");
    assertThat(lines.get(2)).matches("  h\\.0\\.weight .* \\+0\\.000 +\\+0\\.0 % +\\+0\\.0 %");
    assertThat(lines.get(3)).matches("  h\\.2\\.weight +20x20 +\\d\\.\\d{3} +only in A");
    assertThat(lines.get(4)).matches("  h\\.3\\.weight +20x20 +\\d\\.\\d{3} +only in B");
    assertThat(lines).contains("  layers         2 in both, 1 only in A, 1 only in B");
  }

  @Test
  void aLayerThatIsStoredInPartsIsComparedAsTheWeightThatTheyMake() throws Exception {
    // Given a pruned layer and its mask, beside the same weight without them
    SafeTensor original = gaussian("h.0.weight_orig", 32, 40);
    SafeTensor plain =
        new SafeTensor(
            "h.0.weight", DType.F32, original.shape(), Map.of(), original.data().duplicate());

    // When
    compare(write("a", plain), write("b", original, constant("h.0.weight_mask", 1, 32, 40)))
        .printJson(Models.plain(out));

    // Then
    JsonNode layer = Json.MAPPER.readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(layer.path("layer").textValue()).isEqualTo("h.0.weight");
    assertThat(layer.path("before").has("formed")).isFalse();
    assertThat(layer.path("after").path("formed").textValue()).isNotBlank();
    assertThat(layer.path("alphaChange").doubleValue()).isCloseTo(0, within(1e-4));
    assertThat(layer.path("normRatio").doubleValue()).isCloseTo(1, within(1e-6));
  }

  @Test
  void eachLineOfJsonHasTheSameFieldsAndAWrapperIsNoOtherName() throws Exception {
    Path before = write("a", gaussian("h.0.weight", 20, 30), gone());
    Path after = write("b", gaussian("module._orig_mod.h.0.weight", 20, 30));

    int status = compare(before, after).printJson(Models.plain(out));

    assertThat(status).isZero();
    List<JsonNode> layers = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      layers.add(Json.MAPPER.readTree(line));
    }
    assertThat(layers)
        .hasSize(2)
        .allSatisfy(
            layer ->
                assertThat(layer.fieldNames())
                    .toIterable()
                    .containsExactly(
                        "layer",
                        "before",
                        "after",
                        "alphaChange",
                        "spectralNormRatio",
                        "normRatio",
                        "remark"));
    assertThat(layers.get(0).path("after").path("shape").toString()).isEqualTo("[20,30]");
    assertThat(layers.get(1).path("layer").textValue()).isEqualTo("h.2.weight");
    assertThat(layers.get(1).path("after").isNull()).isTrue();
  }

  @Test
  void fewEigenvaluesAndOtherShapesAreRemarkedAndComeLast() throws Exception {
    Path before = write("a", gaussian("h.0.weight", 5, 30), gaussian("h.1.weight", 20, 30));
    Path after = write("b", gaussian("h.0.weight", 5, 30), gaussian("h.1.weight", 20, 300));

    compare(before, after).printTable(Models.plain(out));

    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines.get(1)).startsWith("  h.1.weight").endsWith("another shape in B");
    assertThat(lines.get(2))
        .startsWith("  h.0.weight")
        .endsWith("A: only 5 eigenvalues; B: only 5 eigenvalues");
  }

  @Test
  void checkpointsOfTwoNetworksHaveNothingToCompare() throws Exception {
    CheckpointComparison comparison =
        compare(write("a", gaussian("x.weight", 20, 30)), write("b", gaussian("y.weight", 20, 30)));

    assertThat(comparison.warnings())
        .containsExactly(
            "no layer of A has the name of one of B, such as 'x.weight' and 'y.weight'");
    assertThat(comparison.printTable(Models.plain(out))).isEqualTo(3);
  }

  private static SafeTensor gone() {
    return gaussian("h.2.weight", 20, 20);
  }

  private CheckpointComparison compare(Path before, Path after) throws Exception {
    return CheckpointComparison.of(
        Models.analysis(before, EstimatorSpec.DEFAULT),
        Models.analysis(after, EstimatorSpec.DEFAULT),
        Models.plain(out));
  }

  private Path write(String name, SafeTensor... tensors) throws Exception {
    Path file = folder.resolve(name + ".safetensors");
    SafetensorsFile.write(file, Map.of(), List.of(tensors));
    return file;
  }
}
