package io.isotherm.checkpoints;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import io.isotherm.methods.policy.Glob;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.TensorEntry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which tensors of a checkpoint are analysed, and how many are not.
 *
 * @param layers in the checkpoint's order
 * @param order by depth of all weight layers, those that the user left out among them
 * @param leftOut how many tensors are no layers, by kind
 * @param excluded how many layers the user left out
 * @param unused patterns of the user that fit no tensor
 */
record LayerSelection(
    List<EffectiveWeight> layers,
    DepthOrder order,
    Map<TensorKind, Integer> leftOut,
    int excluded,
    List<Glob> unused) {

  LayerSelection {
    layers = List.copyOf(layers);
    leftOut = new EnumMap<>(leftOut);
    unused = List.copyOf(unused);
  }

  /**
   * Selects by {@link LayerRules}, plus what {@code include} names, minus what {@code exclude}
   * names.
   *
   * @param tensors of the checkpoint, as they are stored
   * @param weights that they make
   * @param hints what is known of the layers' order beside their names
   * @throws UnknownLayerException if the hints name a layer that is not there
   */
  static LayerSelection of(
      List<Checkpoint.Tensor> tensors,
      List<EffectiveWeight> weights,
      DepthHints hints,
      List<Glob> include,
      List<Glob> exclude)
      throws UnknownLayerException {
    List<EffectiveWeight> layers = new ArrayList<>();
    List<TensorEntry> ofNetwork = new ArrayList<>();
    Map<TensorKind, Integer> leftOut = new EnumMap<>(TensorKind.class);
    int excluded = 0;
    WeightKinds kinds = WeightKinds.of(weights);
    for (EffectiveWeight weight : weights) {
      TensorEntry entry = weight.entry();
      TensorKind kind = kinds.of(weight);
      boolean wanted = kind == TensorKind.LAYER || fits(include, entry);
      if (wanted && CheckpointLayer.isLayer(entry)) {
        ofNetwork.add(entry);
      }
      if (!wanted) {
        leftOut.merge(kind, 1, Integer::sum);
      } else if (fits(exclude, entry)) {
        excluded++;
      } else {
        layers.add(weight);
      }
    }
    return new LayerSelection(
        layers,
        DepthOrder.of(tensors, weights, ofNetwork, hints),
        leftOut,
        excluded,
        unused(weights, include, exclude));
  }

  /** What was left out in words, such as {@code 2 embeddings, 25 norms}; empty if nothing was. */
  String leftOutInWords() {
    List<String> words =
        leftOut.entrySet().stream()
            .map(entry -> entry.getKey().counted(entry.getValue()))
            .collect(Collectors.toCollection(ArrayList::new));
    if (excluded > 0) {
      words.add(excluded + " by --exclude");
    }
    return String.join(", ", words);
  }

  /** The same behind what it explains; empty if nothing was left out. */
  String leftOutBehindColon() {
    String words = leftOutInWords();
    return words.isEmpty() ? "" : ": " + words;
  }

  private static boolean fits(List<Glob> globs, TensorEntry tensor) {
    return globs.stream().anyMatch(glob -> glob.matches(tensor.name()));
  }

  private static List<Glob> unused(
      List<EffectiveWeight> weights, List<Glob> include, List<Glob> exclude) {
    List<Glob> unused = new ArrayList<>(include);
    unused.addAll(exclude);
    for (EffectiveWeight weight : weights) {
      unused.removeIf(glob -> glob.matches(weight.entry().name()));
    }
    return unused;
  }
}
