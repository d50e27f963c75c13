package io.isotherm.checkpoints.weights;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.json.Json;
import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * NF4 and FP4 of bitsandbytes: {@code weight} in bytes of two codes each, the first one in the
 * upper half, with a table of what they mean and a scale for each block of elements, which may be
 * quantised itself.
 */
final class BitsAndBytesScheme implements Scheme {

  private static final List<String> KINDS = List.of("nf4", "fp4");
  private static final int MAX_STATE_BYTES = 1 << 16;
  private static final int CODES = 16;
  private static final int SCALE_CODES = 256;

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws IOException, UnformableException {
    String name = tensor.entry().name();
    if (!tensor.entry().type().equals("U8") || !all.has(name + ".quant_map")) {
      return Optional.empty();
    }
    for (String kind : KINDS) {
      Optional<Checkpoint.Tensor> state = all.find(name + ".quant_state.bitsandbytes__" + kind);
      if (state.isPresent()) {
        List<Checkpoint.Tensor> parts = new ArrayList<>(List.of(tensor, state.get()));
        Stream.of(".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map")
            .flatMap(suffix -> all.find(name + suffix).stream())
            .forEach(parts::add);
        return Optional.of(new Found(weight(tensor, kind, json(state.get()), all), parts));
      }
    }
    throw new UnformableException("codes of bitsandbytes without their quant_state");
  }

  private static JsonNode json(Checkpoint.Tensor state) throws IOException, UnformableException {
    if (state.entry().byteLength() > MAX_STATE_BYTES) {
      throw new UnformableException(
          "a quant_state of %d bytes".formatted(state.entry().byteLength()));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) state.entry().byteLength());
    state.readBytes(0, bytes);
    try {
      return Json.MAPPER.readTree(bytes.array());
    } catch (JacksonException e) {
      throw new UnformableException("a quant_state that is not JSON");
    }
  }

  private static EffectiveWeight weight(
      Checkpoint.Tensor codes, String kind, JsonNode state, StoredTensors all)
      throws IOException, UnformableException {
    String name = codes.entry().name();
    List<Long> shape = new ArrayList<>();
    state.path("shape").forEach(size -> shape.add(size.asLong(0)));
    if (shape.size() < 2 || shape.stream().anyMatch(size -> size < 1)) {
      throw new UnformableException("a quant_state with the shape " + shape);
    }
    long rows = shape.get(0);
    int columns = Shapes.columns(shape);
    long elements = Shapes.count(shape);
    int block = state.path("blocksize").asInt(0);
    if (columns % 2 != 0 || codes.entry().byteLength() != elements / 2 || block < 1) {
      throw new UnformableException(
          "%d bytes of %s codes for shape %s in blocks of %d"
              .formatted(codes.entry().byteLength(), kind, shape, block));
    }
    double[] values = table(name + ".quant_map", CODES, all);
    RowSource codeRows = new PackedRows(codes, columns / 2, columns, values, 1, 0);
    RowSource scales = scales(name, state, new FlatBlocks(elements, block, columns), all);
    return EffectiveWeight.formed(
        name,
        shape,
        "bitsandbytes %s, blocks of %d".formatted(kind.toUpperCase(Locale.ROOT), block),
        Dequantised.scaled(rows, columns, codeRows, scales));
  }

  private static RowSource scales(String name, JsonNode state, FlatBlocks blocks, StoredTensors all)
      throws IOException, UnformableException {
    Checkpoint.Tensor absmax = part(name + ".absmax", all);
    if (Shapes.count(absmax.entry().shape()) != blocks.count()) {
      throw new UnformableException(
          "%d scales for %d blocks"
              .formatted(Shapes.count(absmax.entry().shape()), blocks.count()));
    }
    if (!all.has(name + ".nested_absmax")) {
      return new FlatBlockRows(absmax, blocks, Optional.empty());
    }
    Checkpoint.Tensor nested = part(name + ".nested_absmax", all);
    int size = state.path("nested_blocksize").asInt(0);
    if (size < 1
        || !absmax.entry().type().equals("U8")
        || Shapes.count(nested.entry().shape()) != (blocks.count() + size - 1) / size) {
      throw new UnformableException("scales of scales do not fit");
    }
    return new FlatBlockRows(
        absmax,
        blocks,
        Optional.of(
            new FlatBlockRows.Nested(
                table(name + ".nested_quant_map", SCALE_CODES, all),
                nested,
                size,
                state.path("nested_offset").asDouble(0))));
  }

  private static double[] table(String name, int size, StoredTensors all)
      throws IOException, UnformableException {
    Checkpoint.Tensor tensor = part(name, all);
    if (Shapes.count(tensor.entry().shape()) != size) {
      throw new UnformableException(
          "%s of shape %s".formatted(TensorNames.shown(tensor.entry()), tensor.entry().shape()));
    }
    return StoredRows.all(tensor);
  }

  private static Checkpoint.Tensor part(String name, StoredTensors all) throws UnformableException {
    Checkpoint.Tensor tensor =
        all.find(name)
            .orElseThrow(
                () ->
                    new UnformableException(
                        "codes of bitsandbytes without '%s'"
                            .formatted(TensorNames.parameter(name))));
    NumberType.required(tensor.entry());
    return tensor;
  }

  @Override
  public String weightName(String main) {
    return main;
  }
}
