package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.TensorKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How many of a network's parameters were measured, over all of its checkpoint.
 *
 * @param measured in layers that have numbers
 * @param parameters all that a network is trained in
 * @param layers those that could be layers: all but embeddings, norms, biases and what the user
 *     left out
 * @param leftOut what was not measured
 */
record Coverage(double measured, double parameters, double layers, List<Part> leftOut) {

  /** Less than this share of what could be layers is worth a warning. */
  private static final double USUAL = 0.9;

  /**
   * Parameters that were not measured.
   *
   * @param reason why not, in a word or two
   * @param tensors that they are in
   */
  record Part(String reason, TensorGroup tensors) {}

  Coverage {
    leftOut = List.copyOf(leftOut);
  }

  static Coverage of(LayerSelection selection, Tally tally) {
    List<Part> parts = new ArrayList<>();
    double others = 0;
    for (Map.Entry<TensorKind, TensorGroup> entry : selection.leftOut().entrySet()) {
      TensorKind kind = entry.getKey();
      if (kind.isParameter()) {
        parts.add(new Part(kind == TensorKind.OTHER ? "others" : kind.plural(), entry.getValue()));
        others += kind == TensorKind.OTHER ? entry.getValue().parameters() : 0;
      }
    }
    parts.add(new Part("excluded", selection.excluded()));
    parts.add(new Part("skipped", tally.skippedTensors()));
    parts.add(new Part("failed", tally.failedTensors()));
    parts.removeIf(part -> part.tensors().count() == 0);
    double measured = tally.analysedTensors().parameters();
    double all = measured + parts.stream().mapToDouble(part -> part.tensors().parameters()).sum();
    double unmeasured =
        others + tally.skippedTensors().parameters() + tally.failedTensors().parameters();
    return new Coverage(measured, all, measured + unmeasured, parts);
  }

  /** The measured share of all parameters; 1 if there are none. */
  double share() {
    return parameters == 0 ? 1 : measured / parameters;
  }

  /** The measured share of those that could be layers; 1 if there are none. */
  double shareOfLayers() {
    return layers == 0 ? 1 : measured / layers;
  }

  /** One line if much is missing. */
  Optional<String> warning() {
    return shareOfLayers() < USUAL
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "only %.1f %% of the parameters that could be layers were measured",
                100 * shareOfLayers()))
        : Optional.empty();
  }
}
