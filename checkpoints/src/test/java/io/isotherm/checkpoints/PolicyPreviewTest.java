package io.isotherm.checkpoints;

import static io.isotherm.checkpoints.Models.constant;
import static io.isotherm.checkpoints.Models.gaussian;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.Glob;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectra.policy.LayerFactor;
import io.isotherm.spectra.policy.LayerFactors;
import io.isotherm.spectra.policy.LayerReading;
import io.isotherm.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyPreviewTest {

  private static final double BASE = 0.2;

  private static final LayerSelection ALL = new LayerSelection(false, false, 0);
  private static final LayerSelection ENDS = new LayerSelection(true, true, 0);

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(strings = {"linear", "sqrt", "log2", "step", "sigmoid", "llr"})
  void theFactorsAreThoseThatADecisionWouldHave(String name) throws Exception {
    // Given
    PolicySpec policy = Policies.CATALOGUE.named(name);
    Path file =
        write(
            gaussian("stem.weight", 52, 60),
            gaussian("h.0.up.weight", 60, 240),
            gaussian("h.0.down.weight", 55, 60),
            gaussian("h.1.conv.weight", 12, 24, 3, 3),
            gaussian("h.1.small.weight", 20, 60),
            gaussian("h.2.up.weight", 64, 80),
            gaussian("head.weight", 52, 70));

    // When
    List<JsonNode> layers = json(file, policy);

    // Then
    List<LayerDescription> descriptions = new ArrayList<>();
    Map<String, LayerReading> readings = new HashMap<>();
    for (JsonNode layer : layers) {
      String tensor = layer.path("layer").textValue();
      descriptions.add(description(tensor, layer.path("shape")));
      readings.put(tensor, LayerReading.of(0, layer.path("alpha").doubleValue()));
    }
    List<LayerFactor> factors = LayerFactors.of(policy.onLearningRate(), descriptions, readings);
    assertThat(layers)
        .extracting(layer -> layer.path("factor").doubleValue())
        .isEqualTo(factors.stream().map(LayerFactor::factor).toList())
        .hasSize(7)
        .anyMatch(factor -> factor != 1);
    assertThat(layers)
        .allSatisfy(
            layer ->
                assertThat(layer.path("learningRate").doubleValue())
                    .isEqualTo(BASE * layer.path("factor").doubleValue()));
  }

  @Test
  void theMatricesOfAStackHaveOneFactorFromTheMeanOfTheirAlphas() throws Exception {
    Path file =
        write(
            gaussian("stem.weight", 52, 60),
            gaussian("h.0.experts.up_proj", 3, 20, 60),
            gaussian("h.1.up.weight", 20, 400),
            gaussian("head.weight", 52, 70));

    List<JsonNode> layers = json(file, new PolicySpec.Linear(0.5, 1.5, ENDS, Compatibility.SANE));

    assertThat(layers)
        .extracting(layer -> layer.path("layer").textValue() + " " + layer.path("factor"))
        .containsExactly(
            "stem.weight 1.0",
            "h.0.experts.up_proj[0] 0.5",
            "h.0.experts.up_proj[1] 0.5",
            "h.0.experts.up_proj[2] 0.5",
            "h.1.up.weight 1.5",
            "head.weight 1.0");
    assertThat(layers.get(1).path("stack").textValue()).isEqualTo("h.0.experts.up_proj");
  }

  @Test
  void layersWithoutAlphaAndTensorsThatAreNoLayersHaveTheBaseRateAndCountForNothing()
      throws Exception {
    // Given: the vector is not the first layer, which is "a"; the last one is "d"
    Path file =
        write(
            gaussian("z.bias", 60),
            gaussian("a.weight", 20, 30),
            constant("dead.weight", 0, 20, 20),
            gaussian("b.weight", 20, 60),
            gaussian("c.weight", 20, 90),
            gaussian("d.weight", 20, 50));

    // When
    List<JsonNode> layers =
        json(file, new PolicySpec.Linear(0.5, 1.5, ENDS, Compatibility.SANE), "*.bias");

    // Then
    assertThat(layers)
        .extracting(layer -> layer.path("status").asText() + " " + layer.path("factor"))
        .containsExactly(
            "skipped 1.0",
            "analysed 1.0",
            "skipped 1.0",
            "analysed 0.5",
            "analysed 1.5",
            "analysed 1.0");
    assertThat(layers.get(2).path("learningRate").doubleValue()).isEqualTo(BASE);
  }

  @Test
  void inAFileThatIsSortedByTheAlphabetTheLastLayerIsThatWithTheLargestNumber() throws Exception {
    Path file =
        write(
            gaussian("h.0.weight", 20, 30),
            gaussian("h.1.weight", 20, 40),
            gaussian("h.10.weight", 20, 80),
            gaussian("h.2.weight", 20, 400));

    List<JsonNode> layers = json(file, new PolicySpec.Linear(0.5, 1.5, ENDS, Compatibility.SANE));

    assertThat(layers)
        .extracting(layer -> layer.path("layer").asText() + " " + layer.path("factor"))
        .containsExactly("h.0.weight 1.0", "h.1.weight 0.5", "h.10.weight 1.0", "h.2.weight 1.5");
  }

  @Test
  void inAFileThatIsSortedByTheAlphabetTheHeadIsTheLastLayerAndTheReportsSaySo() throws Exception {
    // Given a ResNet's names as the safetensors library sorts them
    Path file =
        write(
            gaussian("conv1.weight", 20, 30),
            gaussian("fc.weight", 20, 50),
            gaussian("layer1.0.conv1.weight", 20, 60),
            gaussian("layer4.1.conv2.weight", 20, 400));
    PolicySpec policy = new PolicySpec.Linear(0.5, 1.5, ENDS, Compatibility.SANE);

    // When
    List<JsonNode> layers = json(file, policy);
    out.reset();
    analysis(file, policy).printTable(plain());

    // Then
    assertThat(layers)
        .extracting(layer -> layer.path("factor").doubleValue())
        .containsExactly(1.0, 1.0, 0.5, 1.5);
    assertThat(layers)
        .allSatisfy(
            layer -> {
              assertThat(layer.path("firstLayer").textValue()).isEqualTo("conv1.weight");
              assertThat(layer.path("lastLayer").textValue()).isEqualTo("fc.weight");
              assertThat(layer.path("order").textValue()).isEqualTo("name");
            });
    assertThat(lines())
        .contains(
            "  first, last    conv1.weight, fc.weight (by name, since the file is sorted by name)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          true  | false | first | alice | bob
          false | true  | last  | bob   | alice
          """)
  void aPolicyThatLeavesAnEndAloneHasNoAnswerWhereNothingSaysWhichLayerThatIs(
      boolean excludesFirst, boolean excludesLast, String end, String one, String other)
      throws Exception {
    // Given
    Path file = write(gaussian("alice.weight", 20, 30), gaussian("bob.weight", 20, 80));
    PolicySpec policy =
        new PolicySpec.Linear(
            0.5, 1.5, new LayerSelection(excludesFirst, excludesLast, 0), Compatibility.SANE);

    // When, then
    assertThatThrownBy(() -> analysis(file, policy))
        .isInstanceOf(UnknownLayerException.class)
        .hasMessage(
            "nothing says which of '%1$s' and '%2$s' is the %3$s layer: name it with --%3$s LAYER, or"
                    .formatted(one, other, end)
                + " tune it with --keep-"
                + end);
  }

  @Test
  void theUserMayNameTheEndsThatNothingElseSays() throws Exception {
    // Given
    Path file =
        write(
            gaussian("alice.weight", 20, 30),
            gaussian("bob.weight", 20, 80),
            gaussian("carol.weight", 20, 200),
            gaussian("dave.weight", 20, 400));
    PolicyPreview preview =
        new PolicyPreview(
            new PolicySpec.Linear(0.5, 1.5, ENDS, Compatibility.SANE),
            BASE,
            Optional.of("bob"),
            Optional.of("alice"));

    // When
    List<JsonNode> layers =
        json(
            CheckpointAnalysis.of(
                CheckpointSource.of(file), settings(preview, List.of(), List.of())));

    // Then
    assertThat(layers)
        .extracting(layer -> layer.path("factor").doubleValue())
        .containsExactly(1.0, 1.0, 0.5, 1.5);
  }

  @Test
  void aHeadThatIsTiedToTheEmbeddingIsTheLastLayerThoughItIsNotMeasured() throws Exception {
    // Given
    Path file =
        write(
            gaussian("model.embed_tokens.weight", 40, 20),
            gaussian("model.layers.0.mlp.down_proj.weight", 20, 80),
            gaussian("model.layers.0.self_attn.q_proj.weight", 20, 30),
            gaussian("model.layers.1.mlp.down_proj.weight", 20, 400));
    PolicySpec policy = new PolicySpec.Linear(0.5, 1.5, ENDS, Compatibility.SANE);

    // When
    List<JsonNode> layers = json(file, policy);
    out.reset();
    analysis(file, policy).printTable(plain());

    // Then: the last block is tuned, the first layer is not
    assertThat(layers)
        .extracting(layer -> layer.path("layer").asText() + " " + layer.path("factor"))
        .containsExactly(
            "model.layers.0.mlp.down_proj.weight 0.5",
            "model.layers.0.self_attn.q_proj.weight 1.0",
            "model.layers.1.mlp.down_proj.weight 1.5");
    assertThat(layers)
        .allSatisfy(
            layer ->
                assertThat(layer.path("tiedHead").textValue())
                    .isEqualTo("model.embed_tokens.weight"));
    assertThat(layers).extracting(layer -> layer.path("depth").intValue()).containsExactly(2, 1, 3);
    assertThat(lines())
        .contains(
            "  first, last    model.layers.0.self_attn.q_proj.weight, model.embed_tokens.weight (by"
                + " name, since the file is sorted by name; the head is tied to the embedding)");
  }

  @Test
  void aLayerThatTheUserLeavesOutIsStillTheFirstOrTheLast() throws Exception {
    // Given
    Path file =
        write(
            gaussian("stem.weight", 20, 30),
            gaussian("b.weight", 20, 60),
            gaussian("c.weight", 20, 400),
            gaussian("a.weight", 20, 50));
    PolicySpec policy = new PolicySpec.Linear(0.5, 1.5, ENDS, Compatibility.SANE);

    // When
    excluding(file, policy, "stem*", "a.*").printTable(plain());
    List<String> table = lines();
    out.reset();
    List<JsonNode> layers = json(excluding(file, policy, "stem*", "a.*"));

    // Then
    assertThat(table)
        .contains("  first, last    stem.weight, a.weight (in the file's order)")
        .contains("  policy         2 of 2 layers tuned");
    assertThat(layers)
        .extracting(layer -> layer.path("factor").doubleValue())
        .containsExactly(0.5, 1.5);
  }

  @Test
  void aLayerThatTheUserLeavesOutCountsForNothingElse() throws Exception {
    // Given a policy that would raise the head and divide by a mean with it
    Path file =
        write(
            gaussian("a.weight", 20, 60),
            gaussian("b.weight", 20, 400),
            gaussian("head.weight", 20, 50));
    PolicySpec normalised =
        new PolicySpec.Linear(
            1, 3, ALL, Compatibility.SANE, Optional.empty(), true, atLargest("head"));

    // When
    List<JsonNode> layers = json(excluding(file, normalised, "head.weight"));

    // Then
    assertThat(layers)
        .extracting(layer -> layer.path("factor").doubleValue())
        .containsExactly(0.5, 1.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stage?.block0.*", "stage1.block0.conv1", "stage1.block0.conv1.weight"})
  void aPolicysPatternsFitALayersNameWithAndWithoutItsParameter(String pattern) throws Exception {
    // Given
    Path file =
        write(
            gaussian("stage1.block0.conv1.weight", 20, 60),
            gaussian("b.weight", 20, 400),
            gaussian("a.weight", 20, 100));
    LayerSelection without = new LayerSelection(false, false, 0, List.of(), List.of(pattern));
    LayerSelection only = new LayerSelection(false, false, 0, List.of(pattern, "b"), List.of());

    // When
    List<JsonNode> excluded =
        json(file, new PolicySpec.Linear(0.5, 1.5, without, Compatibility.SANE));
    out.reset();
    List<JsonNode> included = json(file, new PolicySpec.Linear(0.5, 1.5, only, Compatibility.SANE));
    out.reset();
    List<JsonNode> raised =
        json(
            file,
            new PolicySpec.Linear(
                0.5, 1.5, ALL, Compatibility.SANE, Optional.empty(), false, atLargest(pattern)));

    // Then
    assertThat(excluded).extracting(PolicyPreviewTest::factor).containsExactly(1.0, 1.5, 0.5);
    assertThat(included).extracting(PolicyPreviewTest::factor).containsExactly(0.5, 1.5, 1.0);
    assertThat(raised).extracting(PolicyPreviewTest::factor).containsExactly(1.5, 1.5, 0.5);
    assertThat(raised.get(0).path("layer").textValue()).isEqualTo("stage1.block0.conv1.weight");
  }

  @Test
  void aPolicysPatternThatFitsNoLayerIsKnown() throws Exception {
    // Given
    Path file = write(gaussian("stem.weight", 20, 60), gaussian("fc.bias", 60));
    PolicySpec policy =
        new PolicySpec.Hybrid(
            new PolicySpec.Linear(
                0.5,
                1.5,
                new LayerSelection(false, false, 0, List.of("stem", "setm"), List.of("fc.bias")),
                Compatibility.SANE,
                Optional.empty(),
                false,
                atLargest("haed")),
            PolicySpec.Linear.llr().onLearningRate());

    // When
    List<String> unused = analysis(file, policy).unusedPolicyPatterns();

    // Then
    assertThat(unused)
        .containsExactly(
            "setm",
            "fc.bias",
            "haed",
            "*embed*', '*wte*', '*lm_head*', 'head', 'head.*', '*.head', '*.head.*");
  }

  @Test
  void oneHeadIsEnoughForThePatternsOfAPreset() throws Exception {
    Path file = write(gaussian("stem.weight", 20, 60), gaussian("head.weight", 20, 60));

    assertThat(analysis(file, PolicySpec.Linear.llr()).unusedPolicyPatterns()).isEmpty();
  }

  @Test
  void blocksAreTheFirstWholeNumberBetweenTwoDotsAndWeightDecayHasItsOwnFactor() throws Exception {
    // Given
    PolicySpec.Single ofBlocks =
        new PolicySpec.Linear(
            0.5, 1.5, ALL, Compatibility.SANE, Optional.of(new PolicySpec.Blocks.Whole()), false);
    Path file =
        write(
            gaussian("m.0.a.2.weight", 20, 30),
            gaussian("m.0.b.3.weight", 20, 40),
            gaussian("m.1.a.2.weight", 20, 200),
            gaussian("layer1.weight", 20, 200));

    // When
    List<JsonNode> layers = json(file, new PolicySpec.Hybrid(ofBlocks, new PolicySpec.Constant()));
    out.reset();
    List<JsonNode> decays = json(file, new PolicySpec.Hybrid(new PolicySpec.Constant(), ofBlocks));

    // Then
    assertThat(layers)
        .extracting(PolicyPreviewTest::rates)
        .containsExactly("0.5 1.0", "0.5 1.0", "1.5 1.0", "1.0 1.0");
    assertThat(decays)
        .extracting(PolicyPreviewTest::rates)
        .containsExactly("1.0 0.5", "1.0 0.5", "1.0 1.5", "1.0 1.0");
  }

  @ParameterizedTest
  @CsvSource({"hybrid, a.weight, true", "hybrid, h.0.weight, false", "linear, a.weight, false"})
  void aPolicyOfBlocksMissesThemWhereNoNameHasOne(String policy, String layer, boolean lacks)
      throws Exception {
    Path file = write(gaussian(layer, 20, 30));

    assertThat(analysis(file, Policies.CATALOGUE.named(policy)).lacksBlocks()).isEqualTo(lacks);
  }

  @Test
  void factorsStayWithinTheSchedulersBounds() throws Exception {
    // Given
    Path file = write(gaussian("a.weight", 20, 60), gaussian("b.weight", 20, 400));
    PolicySpec.Single beyond = new PolicySpec.Linear(0.001, 1000, ALL, Compatibility.SANE);

    // When
    List<JsonNode> layers = json(file, new PolicySpec.Hybrid(beyond, beyond));

    // Then
    assertThat(layers)
        .extracting(PolicyPreviewTest::rates)
        .containsExactly("0.01 0.01", "100.0 100.0");
    assertThat(layers)
        .extracting(layer -> layer.path("learningRate").doubleValue())
        .containsExactly(0.01 * BASE, 100 * BASE);
  }

  @Test
  void anotherMetricTakesThePlaceOfAlpha() throws Exception {
    Path file = write(gaussian("a.weight", 20, 30), gaussian("b.weight", 40, 60));
    PolicyOptions bySize =
        new PolicyOptions(
            "eigenvalueCount",
            List.of(),
            Optional.empty(),
            0,
            0,
            Optional.empty(),
            Optional.empty());

    List<JsonNode> layers =
        json(
            file,
            new PolicySpec.Linear(
                0.5, 1.5, ALL, Compatibility.SANE, Optional.empty(), false, bySize));

    assertThat(layers)
        .extracting(layer -> layer.path("factor").doubleValue())
        .containsExactly(0.5, 1.5);
  }

  @Test
  void aTensorMayHaveANameThatNoLayerOfARunMayHave() throws Exception {
    Path file = write(gaussian("f\u00fcnf.weight", 20, 30), gaussian("sechs weight", 20, 200));

    List<JsonNode> layers = json(file, new PolicySpec.Linear(0.5, 1.5, ALL, Compatibility.SANE));

    assertThat(layers)
        .extracting(layer -> layer.path("factor").doubleValue())
        .containsExactly(0.5, 1.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hybrid", "alphadecay"})
  void aPolicyOnWeightDecayHasAFieldAndAColumnMore(String name) throws Exception {
    Path file = write(gaussian("h.0.weight", 60, 70), gaussian("h.1.weight", 60, 200));

    PolicySpec policy = Policies.CATALOGUE.named(name);
    analysis(file, policy).printTable(plain());
    String header = lines().get(0);
    out.reset();
    List<JsonNode> layers = json(file, policy);

    assertThat(header).contains("factor  ", "learningRate  weightDecayFactor  verdict");
    assertThat(layers).allSatisfy(layer -> assertThat(layer.has("weightDecayFactor")).isTrue());
  }

  @Test
  void theTableHasColumnsForFactorAndLearningRateAndTheSummaryCountsTheTuned() throws Exception {
    Path file =
        write(
            gaussian("a.weight", 20, 30),
            constant("dead.weight", 0, 20, 20),
            gaussian("b.weight", 20, 200));

    analysis(file, new PolicySpec.Linear(0.5, 1.5, ALL, Compatibility.SANE)).printTable(plain());

    assertThat(lines().get(0))
        .contains("stable rank", "factor  learningRate  verdict")
        .doesNotContain("weightDecay");
    assertThat(lines().get(1)).matches("  a\\.weight .* 0\\.5000 +0\\.1000.*");
    assertThat(lines().get(2))
        .matches("  dead\\.weight +20x20 +- +1\\.0000 +0\\.2000  skipped: .*");
    assertThat(lines().get(3)).matches("  b\\.weight .* 1\\.5000 +0\\.3000.*");
    assertThat(lines()).contains("  policy         2 of 3 layers tuned");
  }

  private static PolicyOptions atLargest(String pattern) {
    return new PolicyOptions(
        PolicyOptions.ALPHA,
        List.of(pattern),
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        Optional.empty());
  }

  private static double factor(JsonNode layer) {
    return layer.path("factor").doubleValue();
  }

  private static String rates(JsonNode layer) {
    return layer.path("factor") + " " + layer.path("weightDecayFactor");
  }

  private List<JsonNode> json(Path file, PolicySpec policy, String... include) throws Exception {
    return json(analysis(file, policy, include));
  }

  /** What stands before the summary. */
  private List<JsonNode> json(CheckpointAnalysis analysis) throws Exception {
    analysis.printJson(plain());
    List<JsonNode> layers = new ArrayList<>();
    for (String line : lines()) {
      layers.add(Json.MAPPER.readTree(line));
    }
    assertThat(layers.remove(layers.size() - 1).has("summary")).isTrue();
    return layers;
  }

  private static CheckpointAnalysis analysis(Path file, PolicySpec policy, String... include)
      throws Exception {
    return analysis(file, policy, List.of(include), List.of());
  }

  private static CheckpointAnalysis excluding(Path file, PolicySpec policy, String... exclude)
      throws Exception {
    return analysis(file, policy, List.of(), List.of(exclude));
  }

  private static CheckpointAnalysis analysis(
      Path file, PolicySpec policy, List<String> include, List<String> exclude) throws Exception {
    return CheckpointAnalysis.of(
        CheckpointSource.of(file), settings(new PolicyPreview(policy, BASE), include, exclude));
  }

  private static AnalysisSettings settings(
      PolicyPreview preview, List<String> include, List<String> exclude) {
    return new AnalysisSettings(
        EstimatorSpec.DEFAULT,
        PrecisionMode.MIXED,
        SolverKind.REFERENCE,
        new Resources(2, 1L << 30),
        new LayerChoice(
            include.stream().map(Glob::of).toList(),
            exclude.stream().map(Glob::of).toList(),
            Optional.empty()),
        Optional.empty(),
        Optional.of(preview),
        false);
  }

  private Path write(SafeTensor... tensors) throws IOException {
    Path file = folder.resolve("model.safetensors");
    SafetensorsFile.write(file, Map.of(), List.of(tensors));
    return file;
  }

  private static LayerDescription description(String name, JsonNode shape) {
    List<Long> sizes = new ArrayList<>();
    shape.forEach(size -> sizes.add(size.longValue()));
    return new LayerDescription(
        name,
        sizes.size() == 2 ? LayerKind.DENSE : LayerKind.CONVOLUTION,
        sizes,
        Optional.empty(),
        OptionalInt.empty());
  }

  private Terminal plain() {
    return new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false, false, 80);
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
