package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.TensorEntry;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** GGUF's quantised types, which have codes and scales in one tensor. */
final class GgmlScheme implements Scheme {

  private static final Pattern QUANTISED = Pattern.compile("I?T?Q\\d_\\w+|MXFP4|GGML_\\d+");

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws UnformableException {
    TensorEntry entry = tensor.entry();
    if (entry.shape().size() < 2 || !QUANTISED.matcher(entry.type()).matches()) {
      return Optional.empty();
    }
    GgmlBlocks blocks =
        GgmlBlocks.of(entry.type())
            .orElseThrow(
                () ->
                    new UnformableException("type %s is not dequantised".formatted(entry.type())));
    List<Long> shape = entry.shape();
    int columns = Shapes.toInt(shape.get(shape.size() - 1));
    long rows = Shapes.count(shape.subList(0, shape.size() - 1));
    if (columns == 0
        || columns % blocks.elements() != 0
        || entry.byteLength() / blocks.bytes() != Shapes.count(shape) / blocks.elements()) {
      throw new UnformableException(
          "%d bytes of %s for shape %s".formatted(entry.byteLength(), entry.type(), shape));
    }
    Formula formula =
        Dequantised.scaled(
            rows, columns, new GgmlRows(tensor, blocks, columns), RowSource.constant(1));
    return Optional.of(
        new Found(
            EffectiveWeight.formed(entry.name(), shape, "dequantised " + blocks, formula),
            List.of(tensor)));
  }

  @Override
  public String weightName(String main) {
    return main;
  }
}
