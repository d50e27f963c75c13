package io.isotherm.checkpoints.weights;

import io.isotherm.checkpoints.weights.BlockRows.Grid;
import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * MXFP4 and NVFP4: two numbers of E2M1 in each byte, the first one in the lower half, and a scale
 * for 32 or 16 of them.
 */
final class FourBitFloats {

  private FourBitFloats() {}

  /**
   * The weight of such codes.
   *
   * @param packed {@code [rows, columns / 2]} bytes, or {@code [rows, groups, bytes]}
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
    long rows = Shapes.rows(packed.entry().shape());
    int rowBytes = Shapes.columns(packed.entry().shape());
    int columns = Shapes.toInt(2L * rowBytes);
    BlockGrids grids = new BlockGrids(rows, columns);
    Grid grid = grids.of(scale);
    if (grid.rows() != 1) {
      throw new UnformableException(
          "scales of shape %s for %dx%d codes of 4 bits"
              .formatted(scale.entry().shape(), rows, columns));
    }
    NumberType type = NumberType.required(scale.entry());
    RowSource scales =
        new BlockRows(scale, type == NumberType.U8 ? NumberType.F8_E8M0 : type, grid, factor);
    RowSource codes = new PackedRows(packed, rowBytes, columns, MiniFloat.fourBits(), 0);
    return EffectiveWeight.formed(
        name,
        List.of(rows, (long) columns),
        (isNv ? "NVFP4, " : "MXFP4, ") + grids.text(grid),
        Dequantised.scaled(rows, columns, codes, scales));
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
      Optional<String> weight = Names.before(name, BLOCKS);
      Optional<Checkpoint.Tensor> scales = weight.flatMap(some -> all.find(some + "_scales"));
      if (scales.isEmpty()) {
        return Optional.empty();
      }
      if (tensor.entry().shape().size() == 4) {
        throw new UnformableException("MXFP4 of experts in one stack is not formed");
      }
      return Optional.of(
          new Found(
              weight(weight.get(), tensor, scales.get(), 1, false), List.of(tensor, scales.get())));
    }

    @Override
    public String weightName(String main) {
      return Names.before(main, BLOCKS).orElse(main);
    }
  }
}
