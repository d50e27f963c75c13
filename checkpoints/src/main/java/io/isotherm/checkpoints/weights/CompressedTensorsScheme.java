package io.isotherm.checkpoints.weights;

import io.isotherm.checkpoints.weights.BlockRows.Grid;
import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What compressed-tensors packs ({@code weight_packed}): integers in words of 32 bits, and MXFP4
 * and NVFP4 in bytes.
 */
final class CompressedTensorsScheme implements Scheme {

  private static final String PACKED = "_packed";

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws IOException, UnformableException {
    Optional<String> weight = TensorNames.before(tensor.entry().name(), PACKED);
    if (weight.isEmpty() || !weight.get().endsWith("weight")) {
      return Optional.empty();
    }
    Checkpoint.Tensor scale =
        all.find(weight.get() + "_scale")
            .orElseThrow(() -> new UnformableException("packed codes without a scale"));
    if (tensor.entry().shape().size() != 2) {
      throw new UnformableException("packed codes of shape " + tensor.entry().shape());
    }
    List<Checkpoint.Tensor> parts = new ArrayList<>(List.of(tensor));
    Stream.of("_scale", "_shape", "_zero_point", "_global_scale", "_g_idx")
        .flatMap(suffix -> all.find(weight.get() + suffix).stream())
        .forEach(parts::add);
    EffectiveWeight formed =
        tensor.entry().type().equals("I32")
            ? integers(weight.get(), tensor, scale, all)
            : fourBitFloats(weight.get(), tensor, scale, all);
    return Optional.of(new Found(formed, parts));
  }

  private static EffectiveWeight integers(
      String name, Checkpoint.Tensor packed, Checkpoint.Tensor scale, StoredTensors all)
      throws IOException, UnformableException {
    if (all.has(name + "_g_idx")) {
      throw new UnformableException("packed codes in an order of their own (weight_g_idx)");
    }
    List<Long> shape = shape(name, all);
    long rows = shape.get(0);
    int columns = Shapes.toInt(shape.get(1));
    long words = packed.entry().shape().get(1);
    int bits = bits(columns, words);
    if (packed.entry().shape().get(0) != rows || bits == 0) {
      throw new UnformableException(
          "packed codes of shape %s for %s".formatted(packed.entry().shape(), shape));
    }
    BlockGrids grids = new BlockGrids(rows, columns);
    Grid grid = grids.of(scale);
    int zero = 1 << (bits - 1);
    RowSource codes =
        new PackedRows(
            packed,
            Shapes.toInt(words * Integer.BYTES),
            columns,
            PackedRows.integers(bits, zero),
            0);
    Optional<Checkpoint.Tensor> zeros = all.find(name + "_zero_point");
    RowSource zeroRows = RowSource.constant(0);
    if (zeros.isPresent()) {
      zeroRows = PackedZeros.of(zeros.get(), grid, rows, bits);
    }
    return EffectiveWeight.formed(
        name,
        shape,
        "compressed-tensors INT%d, %s".formatted(bits, grids.text(grid)),
        new Dequantised(
            rows,
            columns,
            false,
            codes,
            zeroRows,
            new BlockRows(scale, NumberType.required(scale.entry()), grid, 1),
            RowSource.constant(0)));
  }

  private static List<Long> shape(String name, StoredTensors all)
      throws IOException, UnformableException {
    Checkpoint.Tensor stored =
        all.find(name + "_shape")
            .filter(tensor -> tensor.entry().shape().equals(List.of(2L)))
            .orElseThrow(() -> new UnformableException("packed codes without their shape"));
    double[] sizes = StoredRows.all(stored);
    if (!(sizes[0] >= 1) || !(sizes[1] >= 1)) {
      throw new UnformableException("packed codes of a shape without elements");
    }
    return List.of((long) sizes[0], (long) sizes[1]);
  }

  private static int bits(int columns, long words) {
    for (int bits : new int[] {4, 8, 2}) {
      int perWord = Integer.SIZE / bits;
      if ((columns + perWord - 1L) / perWord == words) {
        return bits;
      }
    }
    return 0;
  }

  private static EffectiveWeight fourBitFloats(
      String name, Checkpoint.Tensor packed, Checkpoint.Tensor scale, StoredTensors all)
      throws IOException, UnformableException {
    Optional<Checkpoint.Tensor> global = all.find(name + "_global_scale");
    double factor = global.isPresent() ? 1 / StoredRows.single(global.get()) : 1;
    return FourBitFloats.weight(name, packed, scale, factor, global.isPresent());
  }

  @Override
  public String weightName(String main) {
    return TensorNames.before(main, PACKED).orElse(main);
  }
}
