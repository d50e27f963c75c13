package io.isotherm.checkpoints.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.safetensors.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * GPTQ and AWQ: {@code qweight}, {@code qzeros}, {@code scales}. Both store {@code [in, out]}; GPTQ
 * packs along the inputs, AWQ along the outputs, in an order of its own.
 */
final class GptqScheme implements Scheme {

  private static final String CODES = "qweight";

  /** The output, among eight, of each of the eight codes in a word of AWQ. */
  private static final int[] AWQ_ORDER = {0, 2, 4, 6, 1, 3, 5, 7};

  private static final int AWQ_BITS = 4;
  private static final int AWQ_PER_WORD = Integer.SIZE / AWQ_BITS;

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws UnformableException {
    String name = tensor.entry().name();
    if (!TensorNames.parameter(name).equals(CODES)) {
      return Optional.empty();
    }
    String module = TensorNames.module(name);
    Optional<Checkpoint.Tensor> scales = all.find(module + "scales");
    Optional<Checkpoint.Tensor> zeros = all.find(module + "qzeros");
    if (scales.isEmpty() || zeros.isEmpty()) {
      throw new UnformableException("qweight without its scales and qzeros");
    }
    List<Checkpoint.Tensor> parts = new ArrayList<>(List.of(tensor, scales.get(), zeros.get()));
    Optional<Checkpoint.Tensor> index = all.find(module + "g_idx");
    index.ifPresent(parts::add);
    boolean wellFormed =
        Stream.of(tensor, scales.get(), zeros.get())
            .allMatch(
                part ->
                    part.entry().shape().size() == 2
                        && part.entry().shape().stream().allMatch(size -> size > 0));
    if (!wellFormed
        || !tensor.entry().type().equals("I32")
        || !zeros.get().entry().type().equals("I32")) {
      throw new UnformableException("qweight, qzeros or scales are no matrices of their types");
    }
    boolean isGptq = tensor.entry().shape().get(1).equals(scales.get().entry().shape().get(1));
    EffectiveWeight weight =
        isGptq
            ? gptq(tensor, scales.get(), zeros.get(), index, all.configs().quantisation())
            : awq(tensor, scales.get(), zeros.get());
    return Optional.of(new Found(weight, parts));
  }

  private EffectiveWeight gptq(
      Checkpoint.Tensor codes,
      Checkpoint.Tensor scales,
      Checkpoint.Tensor zeros,
      Optional<Checkpoint.Tensor> index,
      JsonNode config)
      throws UnformableException {
    int out = Shapes.toInt(codes.entry().shape().get(1));
    long words = zeros.entry().shape().get(1);
    int bits = (int) Math.min(Byte.SIZE + 1, words * Integer.SIZE / out);
    long bitsOfInputs = codes.entry().shape().get(0) * Integer.SIZE;
    long in = bits == 0 ? 0 : bitsOfInputs / bits;
    int groups = Shapes.toInt(scales.entry().shape().get(0));
    if (!List.of(2, 3, 4, 8).contains(bits)
        || in * bits != bitsOfInputs
        || words * Integer.SIZE != (long) out * bits
        || zeros.entry().shape().get(0) != groups
        || (index.isPresent()
            && !(index.get().entry().shape().equals(List.of(in))
                && NumberType.of(index.get().entry()).isPresent()))) {
      throw misfit("GPTQ", codes, zeros, scales);
    }
    // The first format stores one less than the zero point.
    double added = config.path("checkpoint_format").asText("").equals("gptq_v2") ? 0 : 1;
    RowSource zeroTable =
        new PackedRows(
            zeros, Shapes.toInt(words * Integer.BYTES), out, PackedRows.integers(bits, 0), 0);
    long perGroup = perGroup(in, groups, index.isPresent());
    return EffectiveWeight.formed(
        weightName(codes.entry().name()),
        List.of((long) out, in),
        "GPTQ %d bits, groups of %d".formatted(bits, perGroup),
        new Dequantised(
            in,
            out,
            true,
            new PackedColumns(codes, bits, out),
            new GroupRows(zeroTable, groups, out, perGroup, index, added),
            new GroupRows(StoredRows.of(scales), groups, out, perGroup, index, 0),
            RowSource.constant(0)));
  }

  private EffectiveWeight awq(
      Checkpoint.Tensor codes, Checkpoint.Tensor scales, Checkpoint.Tensor zeros)
      throws UnformableException {
    long in = codes.entry().shape().get(0);
    long words = codes.entry().shape().get(1);
    int out = Shapes.toInt(scales.entry().shape().get(1));
    int groups = Shapes.toInt(scales.entry().shape().get(0));
    if (words * AWQ_PER_WORD != out
        || !zeros.entry().shape().equals(List.of((long) groups, words))) {
      throw misfit("AWQ", codes, zeros, scales);
    }
    int rowBytes = Shapes.toInt(words * Integer.BYTES);
    double[] integers = PackedRows.integers(AWQ_BITS, 0);
    long perGroup = perGroup(in, groups, false);
    return EffectiveWeight.formed(
        weightName(codes.entry().name()),
        List.of((long) out, in),
        "AWQ 4 bits, groups of %d".formatted(perGroup),
        new Dequantised(
            in,
            out,
            true,
            new PackedRows(codes, rowBytes, out, integers, AWQ_ORDER),
            new GroupRows(
                new PackedRows(zeros, rowBytes, out, integers, AWQ_ORDER),
                groups,
                out,
                perGroup,
                Optional.empty(),
                0),
            new GroupRows(StoredRows.of(scales), groups, out, perGroup, Optional.empty(), 0),
            RowSource.constant(0)));
  }

  /** With an index the groups may be of any size. */
  private static long perGroup(long in, int groups, boolean hasIndex) throws UnformableException {
    if (!hasIndex && in % groups != 0) {
      throw new UnformableException("%d inputs in %d groups".formatted(in, groups));
    }
    return (in + groups - 1) / groups;
  }

  private static UnformableException misfit(
      String scheme, Checkpoint.Tensor codes, Checkpoint.Tensor zeros, Checkpoint.Tensor scales) {
    return new UnformableException(
        "%s with qweight %s, qzeros %s, scales %s"
            .formatted(
                scheme, codes.entry().shape(), zeros.entry().shape(), scales.entry().shape()));
  }

  @Override
  public String weightName(String main) {
    return TensorNames.module(main) + "weight";
  }
}
