package io.isotherm.checkpoints;

import static io.isotherm.checkpoints.Models.constant;
import static io.isotherm.checkpoints.Models.gaussian;
import static io.isotherm.checkpoints.Models.heavyTailed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Glob;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointAnalysisTest {

  private static final int LAYERS = 40;

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void aTableShowsEveryLayerAndASummary() throws Exception {
    Path file =
        write(
            gaussian("wte.weight", 30, 20),
            gaussian("h.0.c_fc.weight", 20, 60),
            gaussian("h.0.c_fc.bias", 60),
            constant("h.0.dead.weight", 0, 20, 20),
            gaussian("stem.conv.weight", 12, 6, 3, 3));

    int status = analysis(file, 2).printTable(plain(out));

    assertThat(status).isZero();
    List<String> lines = lines();
    assertThat(lines.get(0)).startsWith("  layer").contains("alpha", "KS", "spectral norm");
    assertThat(lines.get(1)).matches("  h\\.0\\.c_fc\\.weight +60x20 +[1-9]\\.\\d{3} .*");
    assertThat(lines.get(2))
        .matches("  h\\.0\\.dead\\.weight +20x20 +-  skipped: all 400 weights are 0");
    assertThat(lines.get(3)).matches("  stem\\.conv\\.weight +12x6x3x3 +\\d.*");
    assertThat(lines)
        .contains("Summary", "  layers         2 analysed, 1 skipped, 0 failed")
        .anyMatch(line -> line.startsWith("  left out       1 embedding, 1 bias "))
        .noneMatch(line -> line.contains("\u001B"));
  }

  @Test
  void aLayerWhoseNameIsEmptyIsAnalysedAndShown() throws Exception {
    Path file = write(gaussian("a", 60, 70), gaussian("b", 60, 70), gaussian("c", 60, 70));
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    Files.writeString(file, bytes.replace("\"b\":", " \"\":"), StandardCharsets.ISO_8859_1);

    assertThat(analysis(file, 1).printTable(plain(out))).isZero();
    assertThat(lines().get(2)).matches("  '' +60x70 +[1-9]\\.\\d{3} .*");
    out.reset();
    assertThat(analysis(file, 1).printJson(plain(out))).isZero();
    assertThat(json())
        .extracting(layer -> layer.path("layer").textValue())
        .containsExactly("a", "", "c");
  }

  @Test
  void aWeightInPartsIsOneLayerAndTheTableSaysHowItWasFormed() throws Exception {
    Path file =
        write(
            gaussian("a.weight", 20, 30),
            constant("b.weight_g", 2, 20, 1),
            gaussian("b.weight_v", 20, 30),
            gaussian("c.weight_v", 20, 30));

    analysis(file, 1).printTable(plain(out));

    assertThat(lines().get(0)).matches("  layer +shape +formed +alpha .*");
    assertThat(lines().get(1)).matches("  a\\.weight +20x30 +[1-9]\\.\\d{3} .*");
    assertThat(lines().get(2))
        .matches("  b\\.weight +20x30 +weight norm, axis 0 +[1-9]\\.\\d{3} .*");
    assertThat(lines().get(3))
        .matches("  c\\.weight +20x30 +- +skipped: weight norm without its length 'weight_g'");
    out.reset();
    analysis(file, 1).printJson(plain(out));
    assertThat(json())
        .extracting(
            layer -> layer.path("layer").textValue(), layer -> layer.path("formed").asText())
        .containsExactly(
            tuple("a.weight", ""), tuple("b.weight", "weight norm, axis 0"), tuple("c.weight", ""));
  }

  @Test
  void averagesAreNoLayersUnlessTheyAreAllThereIs() throws Exception {
    SafeTensor average = gaussian("model_ema.a.weight", 20, 30);

    analysis(write(gaussian("a.weight", 20, 30), average), 1).printTable(plain(out));

    assertThat(lines())
        .contains("  layers         1 analysed, 0 skipped, 0 failed")
        .anyMatch(line -> line.startsWith("  left out       1 average "));
    out.reset();
    analysis(write(average), 1).printTable(plain(out));
    assertThat(lines().get(1)).startsWith("  model_ema.a.weight");
  }

  @Test
  void theVerdictIsThatOfWeightWatcher() throws Exception {
    Path file = write(heavyTailed("heavy.weight", 100, 100), gaussian("wide.weight", 20, 2000));

    weightWatcher(file).printTable(plain(out));

    assertThat(lines().get(1)).startsWith("  heavy.weight").endsWith("over-trained");
    assertThat(lines().get(2)).startsWith("  wide.weight").endsWith("under-trained");
    assertThat(lines())
        .contains("  over-trained   1 of 2 layers", "  under-trained  1 of 2 layers");
  }

  /** With WeightWatcher's thresholds, the square one would pass and the wide one would not. */
  @Test
  void layersThatWereNeverTrainedDoNotPassWhateverTheirShape() throws Exception {
    Path file =
        write(
            gaussian("square.weight", 100, 100),
            gaussian("wide.weight", 20, 2000),
            heavyTailed("trained.weight", 100, 100));

    analysis(file, 1).printTable(plain(out));

    assertThat(lines().get(0)).matches("  layer .* alpha +random +z +KS .*");
    assertThat(lines().get(1)).startsWith("  square.weight").endsWith("  like random");
    assertThat(lines().get(2)).startsWith("  wide.weight").endsWith("  like random");
    assertThat(lines().get(3)).startsWith("  trained.weight").endsWith("  heavier than random");
    assertThat(lines()).contains("  chance         2 like random, 1 heavier than random");
    out.reset();
    analysis(file, 1).printJson(plain(out));
    JsonNode trained = json().get(2);
    assertThat(trained.path("verdict").textValue()).isEqualTo("heavier than random");
    assertThat(trained.path("alphaNullBasis").textValue()).isEqualTo("drawn");
    assertThat(trained.path("alphaNull").doubleValue()).isBetween(2.1, 2.2);
    assertThat(trained.path("alphaExcess").doubleValue())
        .isEqualTo(trained.path("alpha").doubleValue() - trained.path("alphaNull").doubleValue());
    assertThat(trained.path("alphaZ").doubleValue())
        .isEqualTo(
            trained.path("alphaExcess").doubleValue()
                / trained.path("alphaNullSpread").doubleValue())
        .isLessThan(-5);
  }

  @Test
  void jsonHasExactlyTheseFieldsAndASummaryAndNothingElseIsPrinted() throws Exception {
    Path file = write(gaussian("f\u00fcnf.weight", 20, 60), constant("dead.weight", 0, 9, 9));

    int status = analysis(file, 1).printJson(plain(out));

    assertThat(status).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).matches("(?s)[\\x20-\\x7e\n]*");
    List<JsonNode> layers = json();
    assertThat(layers).hasSize(2);
    for (JsonNode layer : layers) {
      assertThat(layer.fieldNames())
          .toIterable()
          .containsExactly(
              "layer",
              "shape",
              "depth",
              "order",
              "status",
              "reason",
              "alpha",
              "alphaNull",
              "alphaNullSpread",
              "alphaNullBasis",
              "alphaExcess",
              "alphaZ",
              "verdict",
              "ks",
              "xmin",
              "xminIndex",
              "eigenvalues",
              "spectralNorm",
              "norm",
              "alphaHat",
              "stableRank",
              "estimator",
              "solver",
              "precision",
              "kernels",
              "cpuMillis");
    }
    JsonNode analysed = layers.get(0);
    assertThat(analysed.path("layer").textValue()).isEqualTo("f\u00fcnf.weight");
    assertThat(analysed.path("shape").toString()).isEqualTo("[20,60]");
    assertThat(analysed.path("status").textValue()).isEqualTo("analysed");
    assertThat(analysed.path("reason").isNull()).isTrue();
    assertThat(analysed.path("alpha").doubleValue()).isGreaterThan(1);
    assertThat(analysed.path("xminIndex").intValue()).isEqualTo(10);
    assertThat(analysed.path("eigenvalues").intValue()).isEqualTo(20);
    assertThat(analysed.path("estimator").textValue()).isEqualTo("tempbalance/1");
    assertThat(analysed.path("solver").textValue()).isEqualTo("reference");
    assertThat(analysed.path("precision").textValue()).isEqualTo("fp64");
    JsonNode skipped = layers.get(1);
    assertThat(skipped.path("status").textValue()).isEqualTo("skipped");
    assertThat(skipped.path("reason").textValue()).isEqualTo("all 81 weights are 0");
    assertThat(skipped.path("alpha").isNull()).isTrue();
    assertThat(skipped.path("solver").isNull()).isTrue();
    assertThat(skipped.path("cpuMillis").isNumber()).isTrue();
  }

  @Test
  void numbersThatJsonDoesNotHaveAreStrings() {
    ObjectNode json = Json.MAPPER.createObjectNode();

    JsonAnalysisReport.putNumber(json, "a", Optional.of(Double.POSITIVE_INFINITY));
    JsonAnalysisReport.putNumber(json, "b", Optional.of(Double.NEGATIVE_INFINITY));
    JsonAnalysisReport.putNumber(json, "c", Optional.of(Double.NaN));
    JsonAnalysisReport.putNumber(json, "d", Optional.of(-0.5));
    JsonAnalysisReport.putNumber(json, "e", Optional.empty());

    assertThat(json)
        .hasToString("{\"a\":\"inf\",\"b\":\"-inf\",\"c\":\"nan\",\"d\":-0.5,\"e\":null}");
  }

  @Test
  void theOrderIsThatOfTheFileWhateverTheThreads() throws Exception {
    // The first layers are the slow ones.
    SafeTensor[] layers =
        IntStream.range(0, LAYERS)
            .mapToObj(i -> gaussian("layer%d.weight".formatted(LAYERS - i), 2L * (LAYERS - i), 40))
            .toArray(SafeTensor[]::new);
    Path file = write(layers);

    analysis(file, 8).printJson(plain(out));

    assertThat(json())
        .extracting(layer -> layer.path("layer").textValue())
        .containsExactlyElementsOf(
            IntStream.range(0, LAYERS)
                .mapToObj(i -> "layer%d.weight".formatted(LAYERS - i))
                .toList());
  }

  @Test
  void theNumbersDoNotDependOnTheThreads() throws Exception {
    Path file = write(gaussian("a.weight", 20, 60), gaussian("b.weight", 30, 30));

    analysis(file, 1).printJson(plain(out));
    List<JsonNode> alone = json();
    out.reset();
    analysis(file, 4).printJson(plain(out));

    assertThat(json())
        .extracting(layer -> layer.path("alpha"))
        .isEqualTo(alone.stream().map(layer -> layer.path("alpha")).toList());
  }

  @Test
  void includeBringsBackAndExcludeDrops() throws Exception {
    Path file =
        write(
            gaussian("wte.weight", 30, 20),
            gaussian("h.0.c_fc.weight", 20, 60),
            gaussian("h.1.c_fc.weight", 20, 60),
            gaussian("h.1.c_fc.bias", 60));
    AnalysisSettings settings =
        settings(1, List.of("wte*", "*bias", "nothing"), List.of("h.0.*", "neither"));

    CheckpointAnalysis analysis = CheckpointAnalysis.of(CheckpointSource.of(file), settings);
    analysis.printJson(plain(out));

    assertThat(json())
        .extracting(layer -> layer.path("layer").textValue() + " " + layer.path("status").asText())
        .containsExactly(
            "wte.weight analysed", "h.1.c_fc.weight analysed", "h.1.c_fc.bias skipped");
    assertThat(analysis.unusedPatterns())
        .extracting(Glob::text)
        .containsExactly("nothing", "neither");
  }

  @Test
  void aFileWithoutLayersHasASummaryAndNoTableAndExitStatusThree() throws Exception {
    Path file = write(gaussian("wte.weight", 30, 20));

    CheckpointAnalysis analysis = analysis(file, 2);
    int status = analysis.printTable(plain(out));

    assertThat(status).isEqualTo(3);
    assertThat(analysis.warnings()).containsExactly("no tensor is a layer: 1 embedding");
    assertThat(lines())
        .startsWith("Summary", "  layers         0 analysed, 0 skipped, 0 failed")
        .anyMatch(line -> line.startsWith("  left out       1 embedding"));
  }

  @Test
  void layersWithFewEigenvaluesAreShownAndCountForNothing() throws Exception {
    Path file =
        write(
            gaussian("a.weight", 30, 40),
            gaussian("conv1d.weight", 60, 1, 4),
            gaussian("b.weight", 30, 50));

    analysis(file, 1).printTable(plain(out));

    assertThat(lines().get(2))
        .matches("  conv1d\\.weight +60x1x4 +\\d+\\.\\d{3} .*  only 4 eigenvalues");
    assertThat(lines())
        .contains(
            "  layers         3 analysed, 0 skipped, 0 failed",
            "  too few        1 layer with fewer than 10 eigenvalues counts for no mean, median or"
                + " verdict");
    out.reset();
    analysis(file, 1).printJson(plain(out));
    List<JsonNode> layers = json();
    assertThat(layers)
        .extracting(layer -> layer.path("tooFewEigenvalues").asBoolean())
        .containsExactly(false, true, false);
    double mean =
        (layers.get(0).path("alpha").asDouble() + layers.get(2).path("alpha").asDouble()) / 2;
    out.reset();
    analysis(file, 1).printTable(plain(out));
    assertThat(lines())
        .anyMatch(line -> line.startsWith("  alpha          mean %.3f,".formatted(mean)));
  }

  @Test
  void weightWatcherHasNoAlphaOfFewEigenvalues() throws Exception {
    Path file = write(gaussian("a.weight", 9, 40));
    int status = weightWatcher(file).printJson(plain(out));

    assertThat(status).isEqualTo(3);
    assertThat(json().get(0).path("reason").textValue())
        .isEqualTo("9 eigenvalues, and WeightWatcher asks for 10");
  }

  @Test
  void aLongNameIsElidedInTheMiddleOfItsCellAndWholeInJson() throws Exception {
    String name = "x".repeat(300) + ".weight";
    Path file = write(gaussian(name, 20, 60));

    analysis(file, 1).printTable(plain(out));

    assertThat(lines().get(1))
        .startsWith("  xxx")
        .contains("xxx...xxx")
        .contains("xxx.weight  20x60");
    assertThat(lines().get(0).length()).isLessThan(180);
    out.reset();
    analysis(file, 1).printJson(plain(out));
    assertThat(json().get(0).path("layer").textValue()).isEqualTo(name);
  }

  @Test
  void whatAnIndexNamesAndIsNotThereIsToldAndTheRestIsOffered() throws Exception {
    write(gaussian("a.weight", 20, 60));
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(
        index,
        "{\"weight_map\":{\"a.weight\":\"model.safetensors\",\"lm_head.weight\":\"model.safetensors\","
            + "\"b.weight\":\"gone.safetensors\"}}");
    AnalysisSettings settings = settings(1, List.of(), List.of());

    assertThatThrownBy(() -> CheckpointAnalysis.of(CheckpointSource.of(index), settings))
        .hasMessage(
            "there is no file %s (2 tensors are missing); --partial analyses the rest"
                .formatted(folder.resolve("gone.safetensors")));
    CheckpointAnalysis rest =
        CheckpointAnalysis.of(new CheckpointSource(index, Optional.empty(), true), settings);

    assertThat(rest.warnings())
        .containsExactly(
            "there is no file %s; 1 tensor is left out"
                .formatted(folder.resolve("gone.safetensors")),
            "%s: tensor 'lm_head.weight' must be in %s, where it is not; 1 tensor is left out"
                .formatted(index, folder.resolve("model.safetensors")));
    assertThat(rest.printTable(plain(out))).isEqualTo(3);
    assertThat(lines().get(1)).startsWith("  a.weight");
  }

  @Test
  void everyLayerWithASpectrumIsPlottedAndAlphaOverDepth() throws Exception {
    Path file = write(gaussian("a.weight", 20, 60), constant("b.weight", 0, 9, 9));
    Path plots = folder.resolve("plots");
    AnalysisSettings plain = settings(2, List.of(), List.of());
    AnalysisSettings settings =
        new AnalysisSettings(
            plain.estimator(),
            plain.precision(),
            plain.solver(),
            plain.resources(),
            plain.choice(),
            Optional.of(plots),
            Optional.empty(),
            false);

    CheckpointAnalysis.of(CheckpointSource.of(file), settings).printTable(plain(out));

    assertThat(lines()).contains("  plots          " + plots);
    assertThat(plots.resolve("01-a.weight.png")).exists();
    assertThat(plots.resolve("02-b.weight.png")).doesNotExist();
    assertThat(plots.resolve("alpha-over-depth.png")).exists();
  }

  @Test
  void aPersonSeesAProgressBarThatIsGoneAtTheEnd() throws Exception {
    Path file = write(gaussian("a.weight", 20, 60));

    analysis(file, 1).printTable(new Terminal(stream(out), true, true, 80));

    String shown = out.toString(StandardCharsets.UTF_8);
    assertThat(shown).contains("Analysing [", "of 1 layer");
    assertThat(shown.substring(shown.lastIndexOf('\r')))
        .startsWith("\r\u001B[K")
        .doesNotContain("Analysing");
  }

  @Test
  void jsonIsWithoutProgressBarEvenOnATerminal() throws Exception {
    Path file = write(gaussian("a.weight", 20, 60));

    analysis(file, 1).printJson(new Terminal(stream(out), true, true, 80));

    assertThat(json()).hasSize(1);
  }

  @Test
  void aReaderThatGoesAwayEndsTheAnalysisQuietly() throws Exception {
    Path file = write(gaussian("a.weight", 20, 60), gaussian("b.weight", 20, 60));
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };

    int status = analysis(file, 1).printTable(new Terminal(stream(closed), false, false, 80));

    assertThat(status).isEqualTo(141);
  }

  private Path write(SafeTensor... tensors) throws IOException {
    Path file = folder.resolve("model.safetensors");
    SafetensorsFile.write(file, Map.of(), List.of(tensors));
    return file;
  }

  private static CheckpointAnalysis analysis(Path file, int threads) throws Exception {
    return CheckpointAnalysis.of(
        CheckpointSource.of(file), settings(threads, List.of(), List.of()));
  }

  private static AnalysisSettings settings(
      int threads, List<String> include, List<String> exclude) {
    return new AnalysisSettings(
        EstimatorSpec.DEFAULT,
        PrecisionMode.MIXED,
        SolverKind.REFERENCE,
        new Resources(threads, 1L << 30),
        new LayerChoice(
            include.stream().map(Glob::of).toList(),
            exclude.stream().map(Glob::of).toList(),
            Optional.empty()),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  private static CheckpointAnalysis weightWatcher(Path file) throws Exception {
    AnalysisSettings plain = settings(1, List.of(), List.of());
    AnalysisSettings settings =
        new AnalysisSettings(
            EstimatorSpec.WeightWatcher.defaults(),
            plain.precision(),
            plain.solver(),
            plain.resources(),
            plain.choice(),
            Optional.empty(),
            Optional.empty(),
            false);
    return CheckpointAnalysis.of(CheckpointSource.of(file), settings);
  }

  private static Terminal plain(OutputStream out) {
    return new Terminal(stream(out), false, false, 80);
  }

  private static PrintStream stream(OutputStream out) {
    return new PrintStream(out, true, StandardCharsets.UTF_8);
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private List<JsonNode> json() throws IOException {
    List<JsonNode> layers = new ArrayList<>();
    for (String line : lines()) {
      layers.add(Json.MAPPER.readTree(line));
    }
    assertThat(layers.remove(layers.size() - 1).has("summary")).isTrue();
    return layers;
  }
}
