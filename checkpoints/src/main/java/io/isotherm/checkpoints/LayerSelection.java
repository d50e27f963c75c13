package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.LayerForm;
import io.isotherm.checkpoints.layers.LayerReader;
import io.isotherm.checkpoints.layers.NetworkLayer;
import io.isotherm.checkpoints.layers.TensorKind;
import io.isotherm.checkpoints.layers.WeightLayer;
import io.isotherm.checkpoints.weights.EffectiveWeight;
import io.isotherm.methods.policy.Glob;
import io.isotherm.safetensors.Checkpoint;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which tensors of a checkpoint are analysed, and which are not.
 *
 * @param layers in the checkpoint's order
 * @param order by depth of all weight layers, those that the user left out among them
 * @param leftOut what is no layer, by kind
 * @param excluded what the user left out
 * @param unused patterns of the user that fit no tensor
 */
record LayerSelection(
    List<NetworkLayer> layers,
    DepthOrder order,
    Map<TensorKind, TensorGroup> leftOut,
    TensorGroup excluded,
    List<Glob> unused) {

  LayerSelection {
    layers = List.copyOf(layers);
    leftOut = new EnumMap<>(leftOut);
    unused = List.copyOf(unused);
  }

  /**
   * Selects the layers, plus what the user includes, minus what the user excludes.
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
      LayerChoice choice)
      throws UnknownLayerException {
    List<NetworkLayer> layers = new ArrayList<>();
    List<WeightLayer> ofNetwork = new ArrayList<>();
    Map<TensorKind, TensorGroup> leftOut = new EnumMap<>(TensorKind.class);
    TensorGroup excluded = new TensorGroup();
    LayerReader reader = LayerReader.of(weights, choice.layout(), format(tensors));
    for (EffectiveWeight weight : weights) {
      TensorKind kind = reader.kindOf(weight);
      boolean isWanted = kind == TensorKind.LAYER || fits(choice.include(), weight);
      if (!isWanted) {
        leftOut
            .computeIfAbsent(kind, none -> new TensorGroup())
            .add(weight.entry().name(), weight.shape());
        continue;
      }
      LayerForm form = reader.read(weight);
      if (form.isDescribed()) {
        ofNetwork.add(form.description());
      }
      if (fits(choice.exclude(), weight)) {
        excluded.add(weight.entry().name(), weight.shape());
      } else {
        layers.addAll(form.layers());
      }
    }
    return new LayerSelection(
        layers,
        DepthOrder.of(tensors, weights, reader, ofNetwork, hints),
        leftOut,
        excluded,
        unused(weights, choice));
  }

  /** What the first file that says so was written by. */
  private static Optional<String> format(List<Checkpoint.Tensor> tensors) {
    return tensors.stream()
        .map(tensor -> tensor.file().metadata().get("format"))
        .filter(format -> format != null)
        .findFirst();
  }

  /** What was left out in words, such as {@code 2 embeddings, 25 norms}; empty if nothing was. */
  String leftOutInWords() {
    List<String> words =
        leftOut.entrySet().stream()
            .map(entry -> entry.getKey().counted(entry.getValue().count()))
            .collect(Collectors.toCollection(ArrayList::new));
    if (excluded.count() > 0) {
      words.add(excluded.count() + " by --exclude");
    }
    return String.join(", ", words);
  }

  /** The same behind what it explains; empty if nothing was left out. */
  String leftOutBehindColon() {
    String words = leftOutInWords();
    return words.isEmpty() ? "" : ": " + words;
  }

  private static boolean fits(List<Glob> globs, EffectiveWeight weight) {
    return globs.stream().anyMatch(glob -> glob.matches(weight.entry().name()));
  }

  private static List<Glob> unused(List<EffectiveWeight> weights, LayerChoice choice) {
    List<Glob> unused = new ArrayList<>(choice.include());
    unused.addAll(choice.exclude());
    for (EffectiveWeight weight : weights) {
      unused.removeIf(glob -> glob.matches(weight.entry().name()));
    }
    return unused;
  }
}
