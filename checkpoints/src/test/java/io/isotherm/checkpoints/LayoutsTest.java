package io.isotherm.checkpoints;

import static io.isotherm.checkpoints.Models.gaussian;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.checkpoints.layers.WeightLayout;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Weights whose axes are not PyTorch's, held against numpy; {@code src/test/python/layouts.py}
 * wrote the files and the alphas.
 */
class LayoutsTest {

  /** The files hold single precision. */
  private static final double ROUNDING = 1e-4;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pytorch",
        "mlx",
        "flax",
        "mlx-unsaid",
        "experts-out-in",
        "experts-in-out",
        "fourier"
      })
  void everyAlphaIsThatOfNumpy(String network) throws Exception {
    JsonNode expected =
        Json.MAPPER.readTree(
            LayoutsTest.class.getResourceAsStream("/layouts/" + network + ".json"));

    Map<String, JsonNode> layers = layers(file(network), Optional.empty());

    expected
        .properties()
        .forEach(
            entry ->
                assertThat(layers.get(entry.getKey()).path("alpha").doubleValue())
                    .as(entry.getKey())
                    .isCloseTo(entry.getValue().doubleValue(), within(ROUNDING)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlx", "flax", "mlx-unsaid"})
  void theSameNetworkHasTheSameTableWhoeverWroteIt(String network) throws Exception {
    List<String> ofPytorch = rows(file("pytorch"));

    assertThat(rows(file(network)))
        .containsExactlyInAnyOrderElementsOf(ofPytorch)
        .anyMatch(row -> row.matches("video +12x10x2x3x3 +[1-9].*"))
        .noneMatch(row -> row.contains("?"));
  }

  @Test
  void expertsHaveTheSameTableWhicheverAxisIsFirst() throws Exception {
    List<String> rows = rows(file("experts-out-in"));

    assertThat(rows(file("experts-in-out"))).isEqualTo(rows);
    assertThat(rows)
        .hasSize(9)
        .anyMatch(row -> row.matches("experts\\.gate_up_proj\\[3] +32x12 +[1-9].*"));
  }

  @Test
  void aStackIsSummedUp() throws Exception {
    Path file = file("experts-out-in");
    List<Double> alphas =
        layers(file, Optional.empty()).values().stream()
            .filter(layer -> layer.path("stack").asText().equals("experts.down_proj"))
            .map(layer -> layer.path("alpha").doubleValue())
            .toList();

    JsonNode stack = summary(file).path("stacks").get(0);

    assertThat(alphas).hasSize(4);
    assertThat(stack.path("stack").textValue()).isEqualTo("experts.down_proj");
    assertThat(stack.path("members").intValue()).isEqualTo(4);
    assertThat(stack.path("meanAlpha").doubleValue())
        .isCloseTo(
            alphas.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
            within(1e-12));
    assertThat(table(file))
        .anyMatch(
            line ->
                line.matches(
                    "  stack          experts\\.down_proj: 4 matrices, alpha [\\d.]+ to [\\d.]+, mean"
                        + " [\\d.]+, median [\\d.]+"));
  }

  @Test
  void whatCanBeReadInTwoWaysIsMarkedAndTheUserMaySayWhich() throws Exception {
    Path file = write(gaussian("conv.weight", 20, 3, 3, 3));

    List<String> table = table(file);

    assertThat(table.get(1)).matches("  conv\\.weight +20x3x3x3 \\? +[1-9].*");
    assertThat(table)
        .contains(
            "  axes           those of 1 layer (?) are a guess; --layout says whose order it is");
    assertThat(layers(file, Optional.empty()).get("conv.weight").path("axesGuessed").asBoolean())
        .isTrue();
    JsonNode chosen = layers(file, Optional.of(WeightLayout.MLX)).get("conv.weight");
    assertThat(chosen.has("axesGuessed")).isFalse();
    assertThat(chosen.path("axes").textValue()).isEqualTo("out,kH,kW,in");
  }

  @Test
  void headsAreOneMatrixAsInOtherFiles() throws Exception {
    // Given 3 heads of 5, stored as [heads, in, dim]
    SafeTensor heads = gaussian("attn.W_Q", 3, 16, 5);
    float[] joined = new float[15 * 16];
    for (int head = 0; head < 3; head++) {
      for (int in = 0; in < 16; in++) {
        for (int i = 0; i < 5; i++) {
          joined[(head * 5 + i) * 16 + in] =
              heads.data().getFloat(Float.BYTES * ((head * 16 + in) * 5 + i));
        }
      }
    }
    Path stored = write(heads);
    JsonNode ofLens = layers(stored, Optional.empty()).get("attn.W_Q");

    Path plain = write(Models.of("attn.W_Q", joined, 15, 16));

    assertThat(ofLens.path("shape").toString()).isEqualTo("[15,16]");
    assertThat(ofLens.path("formed").textValue()).isEqualTo("heads side by side");
    assertThat(ofLens.path("alpha").doubleValue())
        .isCloseTo(
            layers(plain, Optional.empty()).get("attn.W_Q").path("alpha").doubleValue(),
            within(1e-9));
  }

  @Test
  void theSummarySaysWhatWasNotMeasured() throws Exception {
    Path file =
        write(
            gaussian("wte.weight", 100, 20),
            gaussian("a.weight", 20, 30),
            Models.constant("dead.weight", 0, 20, 20),
            gaussian("a.bias", 30),
            gaussian("bn.running_mean", 30));

    List<String> table = table(file);

    assertThat(table)
        .contains(
            "  coverage       19.8 % of the weights",
            "    as layers    60.0 % of those that could be layers",
            "    embeddings   66.0 % in 1 tensor",
            "    biases       1.0 % in 1 tensor",
            "    skipped      13.2 % in 1 tensor",
            "  warning        only 60.0 % of the parameters that could be layers were measured")
        .doesNotContain("                   wte.weight");
    JsonNode coverage = summary(file).path("coverage");
    assertThat(coverage.path("parameters").longValue()).isEqualTo(3030);
    assertThat(coverage.path("measured").longValue()).isEqualTo(600);
    assertThat(coverage.path("shareOfLayers").doubleValue()).isEqualTo(0.6);
    assertThat(coverage.path("leftOut"))
        .extracting(part -> part.path("reason").textValue() + " " + part.path("parameters"))
        .containsExactly("embeddings 2000", "biases 30", "skipped 400");
  }

  @Test
  void everyTensorThatWasLeftOutIsNamedIfTheUserWantsIt() throws Exception {
    Path file = write(gaussian("wte.weight", 100, 20), gaussian("a.weight", 20, 30));

    List<String> table = lines(analysis(file, Optional.empty(), true)::printTable);

    assertThat(table).contains("                   wte.weight");
  }

  private interface Printer {
    int print(Terminal terminal) throws InterruptedException;
  }

  private static List<String> lines(Printer printer) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    printer.print(
        new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false, false, 80));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static List<String> table(Path file) throws Exception {
    return lines(analysis(file, Optional.empty(), false)::printTable);
  }

  /** The lines of the layers, without what the file calls the parameter. */
  private static List<String> rows(Path file) throws Exception {
    List<String> table = table(file);
    return table.subList(1, table.indexOf("")).stream()
        .map(row -> row.strip().replaceFirst("\\.(weight|kernel) *", "  "))
        .toList();
  }

  private static List<JsonNode> json(Path file, Optional<WeightLayout> layout) throws Exception {
    List<JsonNode> json = new ArrayList<>();
    for (String line : lines(analysis(file, layout, false)::printJson)) {
      json.add(Json.MAPPER.readTree(line));
    }
    return json;
  }

  private static Map<String, JsonNode> layers(Path file, Optional<WeightLayout> layout)
      throws Exception {
    Map<String, JsonNode> layers = new TreeMap<>();
    for (JsonNode json : json(file, layout)) {
      if (json.has("layer")) {
        layers.put(json.path("layer").textValue().replaceFirst("\\.(weight|kernel)$", ""), json);
        layers.put(json.path("layer").textValue(), json);
      }
    }
    return layers;
  }

  private static JsonNode summary(Path file) throws Exception {
    List<JsonNode> json = json(file, Optional.empty());
    return json.get(json.size() - 1).path("summary");
  }

  private static CheckpointAnalysis analysis(
      Path file, Optional<WeightLayout> layout, boolean isVerbose) throws Exception {
    return CheckpointAnalysis.of(
        CheckpointSource.of(file),
        new AnalysisSettings(
            EstimatorSpec.DEFAULT,
            PrecisionMode.DOUBLE,
            SolverKind.REFERENCE,
            new Resources(1, 1L << 30),
            new LayerChoice(List.of(), List.of(), layout),
            Optional.empty(),
            Optional.empty(),
            isVerbose));
  }

  private Path write(SafeTensor... tensors) throws IOException {
    Path file = folder.resolve("model.safetensors");
    SafetensorsFile.write(file, Map.of(), List.of(tensors));
    return file;
  }

  private static Path file(String network) throws URISyntaxException {
    return Path.of(LayoutsTest.class.getResource("/layouts/" + network + ".safetensors").toURI());
  }
}
