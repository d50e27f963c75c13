package io.isotherm.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.checkpoints.layers.WeightLayer;
import io.isotherm.checkpoints.weights.ConfigFiles;
import io.isotherm.checkpoints.weights.WeightGroups;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DepthOrderTest {

  @TempDir Path folder;

  @Test
  void aFileThatIsSortedByNameIsOrderedByWhatTheNamesSay() throws Exception {
    DepthOrder order = order(file("conv1.weight fc.weight h.10.weight h.2.weight"));

    assertThat(order.isByName()).isTrue();
    assertThat(names(order)).containsExactly("conv1", "h.2", "h.10", "fc");
    assertThat(order.first()).hasValue("conv1.weight");
    assertThat(order.last()).hasValue("fc.weight");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stem.weight stage1.0.weight stage1.1.weight head.weight",
        "h.2.weight h.10.weight h.1.weight",
        // The layers alone are sorted; the vector between them is not.
        "a.weight z.gain b.weight c.weight",
        "fc.weight"
      })
  void anyOtherOrderIsBelieved(String names) throws Exception {
    DepthOrder order = order(file(names));

    assertThat(order.isByName()).isFalse();
    assertThat(String.join(" ", order.layers().stream().map(WeightLayer::name).toList()))
        .isEqualTo(names.replace("z.gain ", ""));
  }

  @Test
  void shardsThatAreSortedEachForItselfAndByTypeAreSorted() throws Exception {
    // Given the safetensors library's order: wide types first, then the alphabet
    write("1.safetensors", tensor("h.0.norm_f32.weight", DType.F32), tensor("h.0.a.weight"));
    write("2.safetensors", tensor("fc.weight"), tensor("h.10.a.weight"), tensor("h.9.a.weight"));
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(
        index,
        """
        {"weight_map": {"h.0.norm_f32.weight": "1.safetensors", "h.0.a.weight": "1.safetensors",
         "fc.weight": "2.safetensors", "h.10.a.weight": "2.safetensors",
         "h.9.a.weight": "2.safetensors"}}
        """);

    // When
    DepthOrder order = order(index);

    // Then
    assertThat(order.isByName()).isTrue();
    assertThat(names(order)).last().isEqualTo("fc");
    assertThat(names(order)).containsSubsequence("h.0.a", "h.9.a", "h.10.a");
  }

  @Test
  void theEmbeddingOfATiedLlamaIsItsLastLayerAndTheLastBlockEndsWithItsPerceptron()
      throws Exception {
    DepthOrder order =
        order(
            file(
                "model.embed_tokens.weight model.layers.0.mlp.down_proj.weight"
                    + " model.layers.0.self_attn.q_proj.weight model.layers.1.mlp.down_proj.weight"
                    + " model.layers.1.self_attn.v_proj.weight"));

    assertThat(names(order))
        .containsExactly(
            "model.layers.0.self_attn.q_proj",
            "model.layers.0.mlp.down_proj",
            "model.layers.1.self_attn.v_proj",
            "model.layers.1.mlp.down_proj",
            "model.embed_tokens");
    assertThat(order.tiedHead()).hasValue("model.embed_tokens.weight");
    assertThat(order.basis()).isEqualTo("name");
    assertThat(order.lastDoubt()).isEmpty();
  }

  @Test
  void aNetworkThatMayOrMayNotHaveATiedHeadHasNoKnownEnd() throws Exception {
    DepthOrder order = order(file("h.0.attn.c_attn.weight h.0.mlp.c_proj.weight wte.weight"));

    assertThat(order.firstDoubt()).isEmpty();
    assertThat(order.lastDoubt()).hasValue("nothing says whether 'wte.weight' is also the head");
    assertThat(order.basis()).isEqualTo("unknown");
  }

  @Test
  void theNamesOfGgufAreBelievedBeforeTheFilesOrder() throws Exception {
    DepthOrder order =
        order(file("output.weight blk.0.attn_q.weight blk.10.ffn_down.weight blk.2.attn_q.weight"));

    assertThat(names(order))
        .containsExactly("blk.0.attn_q", "blk.2.attn_q", "blk.10.ffn_down", "output");
  }

  @Test
  void mlxWritesInNoOrder() throws Exception {
    Path file = folder.resolve("model.safetensors");
    SafetensorsFile.write(
        file,
        Map.of("format", "mlx"),
        List.of(tensor("h.1.weight"), tensor("fc.weight"), tensor("h.0.weight")));

    assertThat(names(order(file))).containsExactly("h.0", "h.1", "fc");
  }

  @Test
  void guessesAreCountedAndTheEndsThatTheyLeaveOpenAreTold() throws Exception {
    DepthOrder order = order(file("alice.weight bob.weight fc.weight"));

    assertThat(order.guesses()).isEqualTo(1);
    assertThat(order.firstDoubt())
        .hasValue("nothing says which of 'alice' and 'bob' is the first layer");
    assertThat(order.lastDoubt()).isEmpty();
    assertThat(order.basis()).isEqualTo("unknown");
  }

  @Test
  void whatTheUserNamesIsFirstAndLast() throws Exception {
    Path file = file("alice.weight bob.weight carol.weight dave.bias");
    DepthHints hints =
        new DepthHints(ConfigFiles.beside(file), Optional.of("bob"), Optional.of("alice.weight"));

    DepthOrder order = order(file, hints);

    assertThat(names(order)).containsExactly("bob", "carol", "alice");
    assertThat(order.firstDoubt()).isEmpty();
    assertThat(order.lastDoubt()).isEmpty();
  }

  @Test
  void whatTheUserNamesMustBeThere() throws Exception {
    Path file = file("alice.weight bob.weight dave.bias");
    DepthHints hints =
        new DepthHints(ConfigFiles.beside(file), Optional.empty(), Optional.of("dave.bias"));

    assertThatThrownBy(() -> order(file, hints))
        .isInstanceOf(UnknownLayerException.class)
        .hasMessage("--last 'dave.bias': no weight layer has that name");
  }

  @Test
  void aNetworkWithoutLayersHasNoEnds() throws Exception {
    DepthOrder order = order(file("a.bias"));

    assertThat(order.first()).isEmpty();
    assertThat(order.last()).isEmpty();
  }

  @Test
  void thingsFollowTheirLayersAndStrangersComeLast() throws Exception {
    DepthOrder order = order(file("fc.weight h.10.weight h.2.weight"));

    assertThat(
            order.sorted(List.of("other", "h.10.weight", "fc.weight", "h.2.weight"), name -> name))
        .containsExactly("h.2.weight", "h.10.weight", "fc.weight", "other");
  }

  private static DepthOrder order(Path file) throws Exception {
    return order(file, DepthHints.beside(file));
  }

  private static DepthOrder order(Path file, DepthHints hints) throws Exception {
    Checkpoint checkpoint = Checkpoint.open(file);
    return LayerSelection.of(
            checkpoint.tensors(),
            WeightGroups.of(checkpoint, ConfigFiles.beside(file)),
            hints,
            LayerChoice.BY_RULES)
        .order();
  }

  private static List<String> names(DepthOrder order) {
    return order.layers().stream()
        .map(layer -> layer.name().replaceFirst("\\.weight$", ""))
        .toList();
  }

  private Path file(String names) throws Exception {
    return write(
        "model.safetensors",
        Arrays.stream(names.split(" ")).map(DepthOrderTest::tensor).toArray(SafeTensor[]::new));
  }

  private Path write(String name, SafeTensor... tensors) throws Exception {
    Path file = folder.resolve(name);
    SafetensorsFile.write(file, Map.of(), List.of(tensors));
    return file;
  }

  private static SafeTensor tensor(String name) {
    return tensor(name, DType.BF16);
  }

  /** A matrix if it is a weight, otherwise a vector. */
  private static SafeTensor tensor(String name, DType type) {
    List<Long> shape = name.endsWith(".weight") ? List.of(2L, 2L) : List.of(4L);
    return new SafeTensor(name, type, shape, Map.of(), ByteBuffer.allocate(4 * type.bytes()));
  }
}
