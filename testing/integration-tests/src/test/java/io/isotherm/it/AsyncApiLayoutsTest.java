package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.matrix.LayerShape;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what {@code docs/asyncapi.yaml} says of layouts against the code that reads them. */
class AsyncApiLayoutsTest {

  private static final Pattern SHAPE = Pattern.compile("`\\[(out, in[^\\]]*)\\]`");
  private static final Pattern LAYOUT = Pattern.compile("`([a-zA-Z]+(?:,[a-zA-Z]+)+)`");
  private static final int MORE_THAN_ANY_LAYER = 9;

  /** Of no two axes the same. */
  private static final Map<String, Long> SIZES =
      Map.of("out", 2L, "in", 3L, "kD", 4L, "kH", 5L, "kW", 6L, "stack", 7L);

  private static final String PAGE = chunkDescription();

  static Stream<String> layouts() {
    return said(LAYOUT);
  }

  @Test
  void shapesWithoutALayoutAreThoseThatAreRead() {
    List<String> read = new ArrayList<>();
    for (int dimensions = 1; dimensions < MORE_THAN_ANY_LAYER; dimensions++) {
      try {
        read.add(
            String.join(
                ", ", LayerShape.of(tensor(Collections.nCopies(dimensions, 1L), Map.of())).axes()));
      } catch (UnreadableTensorException e) {
        assertThat(e).hasMessageContaining("must have 2 dimensions (dense) or 3 to 5");
      }
    }

    // That of PyTorch's order with a stack before it needs a layout.
    assertThat(said(SHAPE).distinct()).containsExactlyElementsOf(read);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void layoutIsReadAndPutIntoPyTorchsOrder(String layout) throws UnreadableTensorException {
    List<String> axes = List.of(layout.split(","));

    LayerShape shape =
        LayerShape.of(
            tensor(axes.stream().map(SIZES::get).toList(), Map.of(SafeTensor.LAYOUT, layout)));

    assertThat(shape.axes()).containsExactlyInAnyOrderElementsOf(axes);
    assertThat(shape.sizes()).isEqualTo(shape.axes().stream().map(SIZES::get).toList());
    assertThat(String.join(", ", shape.axes()))
        .matches("stack, out, in|out, in(, kD)?(, kH)?(, kW)?");
  }

  @Test
  void layoutsOfDenseConvolutionAndStackAreNamed() {
    assertThat(layouts()).contains("in,out", "in,out,kH,kW", "stack,out,in");
  }

  private static Stream<String> said(Pattern pattern) {
    return pattern.matcher(PAGE).results().map(found -> found.group(1));
  }

  private static SafeTensor tensor(List<Long> shape, Map<String, String> metadata) {
    int elements = shape.stream().reduce(1L, (a, b) -> a * b).intValue();
    return new SafeTensor(
        "w", DType.F32, shape, metadata, ByteBuffer.allocate(elements * Float.BYTES));
  }

  private static String chunkDescription() {
    try {
      return new YAMLMapper()
          .readTree(Path.of("../../docs/asyncapi.yaml").toFile())
          .at("/components/messages/snapshotChunk/description")
          .asText()
          .replaceAll("\\s+", " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
