package io.isotherm.checkpoints.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Weights in parts, held against what the schemes' own libraries make of them; {@code
 * src/test/python/stored_weights.py} wrote both.
 */
class SchemesTest {

  /** The libraries compute in single precision, this in double. */
  private static final double ROUNDING = 2e-6;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reparametrised",
        "eight-bits",
        "every-eight-bit-pattern",
        "compressed-tensors",
        "four-bit-floats",
        "bitsandbytes",
        "mlx2",
        "mlx3",
        "mlx4",
        "mlx6",
        "mlx8",
        "stacks",
        "gptq2",
        "gptq3",
        "gptq4",
        "gptq8",
        "awq"
      })
  void everyWeightIsThatOfTheSchemesOwnLibrary(String scheme) throws Exception {
    Path folder = folder(scheme);
    Path file = folder.resolve("model.safetensors");

    Map<String, EffectiveWeight> formed =
        WeightGroups.of(Checkpoint.open(file), ConfigFiles.beside(file)).stream()
            .filter(weight -> weight.shape().size() > 1)
            .collect(Collectors.toMap(weight -> weight.entry().name(), Function.identity()));

    Checkpoint expected = Checkpoint.open(folder.resolve("expected.safetensors"));
    assertThat(formed.keySet())
        .containsExactlyInAnyOrderElementsOf(
            expected.tensors().stream().map(tensor -> tensor.entry().name()).toList());
    for (Checkpoint.Tensor tensor : expected.tensors()) {
      EffectiveWeight weight = formed.get(tensor.entry().name());
      assertThat(weight.shape()).isEqualTo(tensor.entry().shape());
      assertSame(tensor.entry().name(), values(weight), values(tensor));
    }
  }

  @Test
  void aMatrixOfAStackIsFormedWithoutTheOthers() throws Exception {
    Path folder = folder("stacks");
    Path file = folder.resolve("model.safetensors");
    Map<String, FloatBuffer> expected = new HashMap<>();
    for (Checkpoint.Tensor tensor :
        Checkpoint.open(folder.resolve("expected.safetensors")).tensors()) {
      expected.put(tensor.entry().name(), values(tensor));
    }

    List<EffectiveWeight> stacks = WeightGroups.of(Checkpoint.open(file), ConfigFiles.beside(file));

    assertThat(stacks).hasSize(4);
    for (EffectiveWeight stack : stacks) {
      int last = Math.toIntExact(stack.shape().get(0)) - 1;
      EffectiveWeight member = stack.member(last);
      String name = stack.entry().name();
      FloatBuffer whole = expected.get(name);
      int size = whole.limit() / (last + 1);
      assertThat(member.entry().name()).isEqualTo("%s[%d]".formatted(name, last));
      assertThat(member.shape()).isEqualTo(stack.shape().subList(1, 3));
      assertSame(name, values(member), whole.slice(last * size, size));
    }
  }

  private static void assertSame(String name, FloatBuffer values, FloatBuffer expected) {
    double largest = 0;
    for (int i = 0; i < expected.limit(); i++) {
      largest = Math.max(largest, Math.abs(expected.get(i)));
    }
    for (int i = 0; i < expected.limit(); i++) {
      assertThat((double) values.get(i))
          .as("element %d of %s", i, name)
          .isCloseTo(expected.get(i), within(ROUNDING * largest));
    }
  }

  private static FloatBuffer values(EffectiveWeight weight) throws Exception {
    ByteBuffer target = ByteBuffer.allocate((int) weight.entry().byteLength());
    assertThat(weight.formation()).as(weight.entry().name()).isInstanceOf(Formation.Formed.class);
    ((Formation.Formed) weight.formation()).formula().form(target);
    return target.clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private static FloatBuffer values(Checkpoint.Tensor tensor) throws IOException {
    return tensor
        .read(ByteBuffer.allocate((int) tensor.entry().byteLength()))
        .data()
        .asFloatBuffer();
  }

  private static Path folder(String scheme) throws URISyntaxException {
    return Path.of(SchemesTest.class.getResource("/weights/" + scheme).toURI());
  }
}
