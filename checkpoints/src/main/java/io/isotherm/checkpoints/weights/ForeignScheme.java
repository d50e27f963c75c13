package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Schemes that are known by their names, and not formed. */
final class ForeignScheme implements Scheme {

  private record Mark(Pattern main, String reason) {
    static Mark of(String main, String scheme) {
      return new Mark(Pattern.compile(main), scheme + " is not formed");
    }
  }

  private static final List<Mark> MARKS =
      List.of(
          Mark.of(".*\\.W_q", "the quantisation of HQQ"),
          Mark.of(".*\\.codes", "the quantisation of AQLM"),
          Mark.of(".*\\.Qidxs(_\\d+)?", "the quantisation of QuIP#"),
          Mark.of(".*\\.q_weight", "the quantisation of EXL2"),
          Mark.of(".*\\.trellis", "the quantisation of EXL3"),
          Mark.of(".*weight\\._data", "the quantisation of quanto"),
          Mark.of(".*\\.lokr_w[12](_[ab])?", "a LoKr adapter"),
          Mark.of(".*\\.hada_w[12]_[ab]", "a LoHa adapter"),
          Mark.of(".*\\.(oft|boft)_.*", "an orthogonal adapter"));

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws UnformableException {
    for (Mark mark : MARKS) {
      if (tensor.entry().shape().size() > 1
          && mark.main().matcher(tensor.entry().name()).matches()) {
        throw new UnformableException(mark.reason());
      }
    }
    return Optional.empty();
  }

  @Override
  public String weightName(String main) {
    return main;
  }
}
