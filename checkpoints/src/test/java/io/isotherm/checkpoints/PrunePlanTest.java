package io.isotherm.checkpoints;

import static io.isotherm.checkpoints.Models.constant;
import static io.isotherm.checkpoints.Models.gaussian;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import io.isotherm.spectra.pruning.SparsityAllocation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrunePlanTest {

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private List<String> warnings;
  private int status;

  @Test
  void theLayersOfABlockArePrunedAlikeInTheNetworksOrderAndTheWholeAsWanted() throws Exception {
    // Given two chains of blocks, sorted by name, and what is in no block
    JsonNode plan =
        plan(
            0.6,
            gaussian("decoder.layers.0.fc1.weight", 20, 400),
            gaussian("decoder.layers.0.self_attn.q_proj.weight", 20, 300),
            gaussian("encoder.layers.0.fc1.weight", 20, 30),
            gaussian("encoder.layers.0.self_attn.q_proj.weight", 20, 20),
            gaussian("proj_out.weight", 50, 20));

    // Then
    assertThat(status).isZero();
    assertThat(warnings).isEmpty();
    assertThat(plan.path("layers").fieldNames())
        .toIterable()
        .containsExactly(
            "encoder.layers.0.self_attn.q_proj",
            "encoder.layers.0.fc1",
            "decoder.layers.0.self_attn.q_proj",
            "decoder.layers.0.fc1");
    assertThat(plan.path("blocks").fieldNames())
        .toIterable()
        .containsExactly("encoder.layers.0", "decoder.layers.0");
    List<Double> ratios = numbers(plan.path("ratios"));
    assertThat(ratios).isEqualTo(numbers(plan.path("layers"))).hasSize(4);
    assertThat(ratios.get(0)).isEqualTo(ratios.get(1)).isLessThan(ratios.get(2));
    assertThat(ratios.get(2) / ratios.get(0)).isCloseTo(1.2 / 0.8, within(1e-12));
    assertThat((400 * ratios.get(0) + 600 * ratios.get(1) + 14_000 * ratios.get(2)) / 15_000)
        .isCloseTo(0.6, within(1e-12));
    assertThat(plan.path("reached").doubleValue()).isCloseTo(0.6, within(1e-12));
    assertThat(plan.path("leftOut").toString())
        .isEqualTo("{\"proj_out\":\"no block: its name has no whole number between two dots\"}");
    assertThat(plan.path("estimator").textValue()).isEqualTo("tempbalance/1");
    assertThat(plan.path("order").textValue()).isEqualTo("name");
  }

  @Test
  void aLayerWithoutAlphaGoesWithItsBlockAndABlockWithoutAnyIsLeftOut() throws Exception {
    JsonNode plan =
        plan(
            0.5,
            constant("h.0.dead.weight", 0, 20, 20),
            gaussian("h.0.up.weight", 20, 30),
            gaussian("h.1.tiny.weight", 5, 20),
            gaussian("h.2.up.weight", 20, 200));

    assertThat(status).isZero();
    assertThat(plan.path("layers").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("h.0.dead", "h.0.up", "h.2.up");
    assertThat(plan.path("layers").path("h.0.dead")).isEqualTo(plan.path("layers").path("h.0.up"));
    assertThat(plan.path("leftOut").path("h.1.tiny").textValue())
        .isEqualTo("no layer of block h.1 has an alpha");
  }

  @Test
  void whatIsCutAndThatPlacesAreNotKnownIsTold() throws Exception {
    JsonNode plan =
        plan(
            0.9,
            gaussian("h.0.alice.weight", 100, 100),
            gaussian("h.0.bob.weight", 100, 100),
            gaussian("h.1.bob.weight", 20, 200));

    assertThat(plan.path("reached").doubleValue()).isLessThan(0.9);
    assertThat(warnings)
        .satisfiesExactly(
            cut ->
                assertThat(cut)
                    .matches(
                        "1 of 3 layers would lose more weights than they have: a sparsity of"
                            + " 0\\.\\d{4} is reached, not 0\\.9; take a smaller --spread"),
            order ->
                assertThat(order)
                    .isEqualTo(
                        "the order of the layers is not known: take the plan's sparsities by name,"
                            + " not by place"));
  }

  @Test
  void aNetworkWithoutBlocksHasNoPlan() throws Exception {
    JsonNode plan = plan(0.5, gaussian("fc1.weight", 20, 30), gaussian("fc2.weight", 20, 30));

    assertThat(status).isEqualTo(3);
    assertThat(warnings)
        .containsExactly("no layer is in a block and has an alpha: nothing is planned");
    assertThat(plan.path("layers")).isEmpty();
    assertThat(plan.path("reached").isNull()).isTrue();
  }

  private JsonNode plan(double sparsity, SafeTensor... tensors) throws Exception {
    Path file = folder.resolve("model.safetensors");
    SafetensorsFile.write(file, Map.of(), List.of(tensors));
    PrunePlan plan =
        PrunePlan.of(
            Models.analysis(file, EstimatorSpec.DEFAULT),
            new SparsityAllocation(sparsity, SparsityAllocation.DEFAULT_SPREAD),
            Models.plain(out));
    warnings = plan.warnings();
    status = plan.print(Models.plain(out));
    return Json.MAPPER.readTree(out.toString(StandardCharsets.UTF_8));
  }

  private static List<Double> numbers(JsonNode node) {
    List<Double> numbers = new ArrayList<>();
    node.forEach(number -> numbers.add(number.doubleValue()));
    return numbers;
  }
}
