package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.TensorEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Weights of 8-bit floats (DeepSeek, Qwen, compressed-tensors, ModelOpt, FBGEMM, ComfyUI, or cast
 * without a scale) and of 8-bit integers with scales (compressed-tensors, bitsandbytes).
 */
final class EightBitScheme implements Scheme {

  /** What bitsandbytes scales the largest weight of a row to. */
  private static final double LARGEST_CODE = 127;

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws UnformableException {
    TensorEntry entry = tensor.entry();
    Optional<NumberType> type =
        NumberType.of(entry)
            .filter(some -> some.isEightBitFloat() || some == NumberType.I8)
            .filter(some -> entry.shape().size() > 1);
    if (type.isEmpty() || entry.name().matches(".*(zero_point|_zp|scale)s?")) {
      return Optional.empty();
    }
    Optional<Checkpoint.Tensor> absmax = all.find(TensorNames.module(entry.name()) + "SCB");
    Optional<Checkpoint.Tensor> scale = scale(entry.name(), all).or(() -> absmax);
    if (scale.isEmpty()) {
      if (type.get() == NumberType.I8) {
        throw new UnformableException("8-bit integers without a scale that is known");
      }
      return Optional.of(unscaled(tensor, type.get()));
    }
    double factor = absmax.isPresent() ? 1 / LARGEST_CODE : 1;
    return Optional.of(scaled(tensor, type.get(), scale.get(), factor, all));
  }

  private static Optional<Checkpoint.Tensor> scale(String name, StoredTensors all) {
    String module = TensorNames.module(name);
    Stream<String> names =
        TensorNames.parameter(name).equals("weight")
            ? Stream.of(
                name + "_scale_inv", name + "_scale", module + "scale_weight", module + "scale")
            : Stream.of(name + "_scale_inv", name + "_scale");
    return names.flatMap(some -> all.find(some).stream()).findFirst();
  }

  private static Found unscaled(Checkpoint.Tensor tensor, NumberType type)
      throws UnformableException {
    StoredRows codes = StoredRows.of(tensor);
    List<Long> shape = tensor.entry().shape();
    Formula formula =
        Dequantised.scaled(shape.get(0), codes.columns(), codes, RowSource.constant(1));
    return new Found(
        EffectiveWeight.formed(tensor.entry().name(), shape, type + ", no scale", formula),
        List.of(tensor));
  }

  private static Found scaled(
      Checkpoint.Tensor tensor,
      NumberType type,
      Checkpoint.Tensor scale,
      double factor,
      StoredTensors all)
      throws UnformableException {
    List<Long> shape = tensor.entry().shape();
    boolean isStack = isStack(shape, scale.entry().shape());
    long rows = isStack ? Math.multiplyExact(shape.get(0), shape.get(1)) : shape.get(0);
    StoredRows codes =
        isStack ? new StoredRows(tensor, type, Shapes.toInt(shape.get(2))) : StoredRows.of(tensor);
    BlockGrids grids = new BlockGrids(rows, codes.columns());
    BlockRows.Grid grid = grids.of(scale);
    List<Checkpoint.Tensor> parts = new ArrayList<>(List.of(tensor, scale));
    RowSource zeros = RowSource.constant(0);
    Optional<Checkpoint.Tensor> zero = all.find(tensor.entry().name() + "_zero_point");
    if (zero.isPresent()) {
      parts.add(zero.get());
      zeros =
          new BlockRows(
              zero.get(), NumberType.required(zero.get().entry()), grids.of(zero.get()), 1);
    }
    Stream.of("_scale_inv", "_scale", "_shape")
        .flatMap(suffix -> all.find(tensor.entry().name() + suffix).stream())
        .forEach(parts::add);
    all.find(TensorNames.module(tensor.entry().name()) + "weight_format").ifPresent(parts::add);
    Dequantised formula =
        new Dequantised(
            rows,
            codes.columns(),
            false,
            codes,
            zeros,
            new BlockRows(scale, NumberType.required(scale.entry()), grid, factor),
            RowSource.constant(0));
    return new Found(
        EffectiveWeight.formed(
            tensor.entry().name(), shape, type + ", " + grids.text(grid), formula),
        parts);
  }

  /** Matrices behind each other, whose blocks do not reach from one into the next. */
  private static boolean isStack(List<Long> shape, List<Long> scale) {
    return shape.size() == 3
        && scale.size() == 3
        && scale.get(0).equals(shape.get(0))
        && !shape.contains(0L)
        && scale.get(1) * scale.get(2) > 1
        && shape.get(1) % scale.get(1) == 0;
  }

  @Override
  public String weightName(String main) {
    return main;
  }
}
