package io.isotherm.checkpoints.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.checkpoints.weights.BlockRows.Grid;
import io.isotherm.safetensors.Checkpoint;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * MLX: {@code weight} in words of 32 bits, {@code scales} and {@code biases} for groups of inputs;
 * {@code config.json} says how many bits a code has and how many inputs a group.
 */
final class MlxScheme implements Scheme {

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws UnformableException {
    String name = tensor.entry().name();
    if (!TensorNames.parameter(name).equals("weight") || !tensor.entry().type().equals("U32")) {
      return Optional.empty();
    }
    String module = TensorNames.module(name);
    Optional<Checkpoint.Tensor> scales = all.find(module + "scales");
    Optional<Checkpoint.Tensor> biases = all.find(module + "biases");
    if (scales.isEmpty() || biases.isEmpty()) {
      throw new UnformableException("words of 32 bits without scales and biases of MLX");
    }
    return Optional.of(
        new Found(
            weight(tensor, scales.get(), biases.get(), all.configs().quantisation()),
            List.of(tensor, scales.get(), biases.get())));
  }

  private static EffectiveWeight weight(
      Checkpoint.Tensor codes, Checkpoint.Tensor scales, Checkpoint.Tensor biases, JsonNode config)
      throws UnformableException {
    List<Long> shape = codes.entry().shape();
    List<Long> grid = scales.entry().shape();
    JsonNode own = config.path(TensorNames.module(codes.entry().name()).replaceFirst("\\.$", ""));
    int group = (own.has("group_size") ? own : config).path("group_size").asInt(0);
    int bits = (own.has("bits") ? own : config).path("bits").asInt(0);
    if (group < 1 || bits < 1) {
      throw new UnformableException(
          "MLX codes, and no config.json beside the file says group_size and bits");
    }
    int last = shape.size() - 1;
    boolean fits =
        last >= 1
            && grid.size() == shape.size()
            && grid.equals(biases.entry().shape())
            && grid.subList(0, last).equals(shape.subList(0, last))
            && bits <= Byte.SIZE
            && grid.get(last) > 0
            && grid.get(last) <= Integer.MAX_VALUE / group
            && grid.get(last) * group * bits == shape.get(last) * Integer.SIZE;
    if (!fits) {
      throw new UnformableException(
          "MLX codes %s, scales %s, biases %s for %d bits in groups of %d"
              .formatted(shape, grid, biases.entry().shape(), bits, group));
    }
    long rows = Shapes.count(shape.subList(0, last));
    int columns = (int) (grid.get(last) * group);
    Grid blocks = new Grid(1, group, columns);
    return EffectiveWeight.formed(
        codes.entry().name(),
        Stream.concat(shape.stream().limit(last), Stream.of((long) columns)).toList(),
        "MLX %d bits, groups of %d".formatted(bits, group),
        new Dequantised(
            rows,
            columns,
            false,
            new PackedRows(
                codes,
                Shapes.toInt(shape.get(last) * Integer.BYTES),
                columns,
                PackedRows.integers(bits, 0),
                0),
            RowSource.constant(0),
            new BlockRows(scales, NumberType.required(scales.entry()), blocks, 1),
            new BlockRows(biases, NumberType.required(biases.entry()), blocks, 1)));
  }

  @Override
  public String weightName(String main) {
    return main;
  }
}
