package io.isotherm.checkpoints.weights;

import io.isotherm.checkpoints.weights.BlockRows.Grid;
import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * MXFP4 and NVFP4: two numbers of E2M1 in each byte, the first one in the lower half, and a scale
 * for 32 or 16 of them.
 */
final class FourBitFloats {

  private FourBitFloats() {}

  /**
   * The weight of such codes.
   *
   * @param packed {@code [rows, columns / 2]} bytes, or {@code [rows, groups, bytes]}, or those of
   *     many matrices behind each other
   * @param scale {@code [rows, groups]}; if of bytes, they are powers of two
   * @param factor that all scales are multiplied with
   * @param isNv whether the scales of groups have a scale of their own
   */
  static EffectiveWeight weight(
      String name, Checkpoint.Tensor packed, Checkpoint.Tensor scale, double factor, boolean isNv)
      throws UnformableException {
    if (!packed.entry().type().equals("U8")) {
      throw new UnformableException("packed codes of type " + packed.entry().type());
    }
    List<Long> shape = packed.entry().shape();
    List<Long> grid = scale.entry().shape();
    int axes = grid.size() - 1;
    if (axes < 1 || shape.size() <= axes || !shape.subList(0, axes).equals(grid.subList(0, axes))) {
      throw misfit(packed, scale);
    }
    long rows = Shapes.count(shape.subList(0, axes));
    int rowBytes = Shapes.toInt(Shapes.count(shape.subList(axes, shape.size())));
    int columns = Shapes.toInt(2L * rowBytes);
    long groups = grid.get(axes);
    if (groups < 1 || columns % groups != 0) {
      throw misfit(packed, scale);
    }
    Grid blocks = new Grid(1, (int) (columns / groups), columns);
    NumberType type = NumberType.required(scale.entry());
    RowSource scales =
        new BlockRows(scale, type == NumberType.U8 ? NumberType.F8_E8M0 : type, blocks, factor);
    RowSource codes = new PackedRows(packed, rowBytes, columns, MiniFloat.fourBits(), 0);
    return EffectiveWeight.formed(
        name,
        Stream.concat(shape.stream().limit(axes), Stream.of((long) columns)).toList(),
        (isNv ? "NVFP4, " : "MXFP4, ") + new BlockGrids(rows, columns).text(blocks),
        Dequantised.scaled(rows, columns, codes, scales));
  }

  private static UnformableException misfit(Checkpoint.Tensor packed, Checkpoint.Tensor scale) {
    return new UnformableException(
        "scales of shape %s for codes of 4 bits of shape %s"
            .formatted(scale.entry().shape(), packed.entry().shape()));
  }

  /** Packed codes and scales as ModelOpt and gpt-oss name them. */
  static final class ByName implements Scheme {

    private static final String BLOCKS = "_blocks";

    @Override
    public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
        throws IOException, UnformableException {
      String name = tensor.entry().name();
      if (!tensor.entry().type().equals("U8")) {
        return Optional.empty();
      }
      Optional<Checkpoint.Tensor> scale = all.find(name + "_scale");
      Optional<Checkpoint.Tensor> second = all.find(name + "_scale_2");
      if (scale.isPresent() && second.isPresent()) {
        double factor = StoredRows.single(second.get());
        return Optional.of(
            new Found(
                weight(name, tensor, scale.get(), factor, true),
                List.of(tensor, scale.get(), second.get())));
      }
      Optional<String> weight = TensorNames.before(name, BLOCKS);
      Optional<Checkpoint.Tensor> scales = weight.flatMap(some -> all.find(some + "_scales"));
      if (scales.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new Found(
              weight(weight.get(), tensor, scales.get(), 1, false), List.of(tensor, scales.get())));
    }

    @Override
    public String weightName(String main) {
      return TensorNames.before(main, BLOCKS).orElse(main);
    }
  }
}
