package io.isotherm.checkpoints;

import io.isotherm.checkpoints.TiedHead.Tied;
import io.isotherm.checkpoints.TiedHead.Unknown;
import io.isotherm.checkpoints.layers.LayerForm;
import io.isotherm.checkpoints.layers.LayerReader;
import io.isotherm.checkpoints.layers.WeightLayer;
import io.isotherm.checkpoints.weights.EffectiveWeight;
import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.Checkpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The weight layers of a checkpoint from the first to the last. A file's order is believed, unless
 * its writer has sorted by name, as the safetensors library does within each type of elements, or
 * has written as it came, as those of GGUF and MLX do: then {@link DepthByName} says more.
 *
 * @param layers by depth; a head that is tied to an embedding is the last of them
 * @param isByName whether that is from their names
 * @param tiedHead the embedding that is also the head
 * @param guesses between how many neighbours the alphabet decides, since nothing is known
 * @param firstDoubt why the first layer is not known, in one line
 * @param lastDoubt why the last is not
 */
record DepthOrder(
    List<WeightLayer> layers,
    boolean isByName,
    Optional<String> tiedHead,
    int guesses,
    Optional<String> firstDoubt,
    Optional<String> lastDoubt) {

  private static final Pattern GGUF_BLOCK = Pattern.compile("blk\\.\\d+\\..+");

  DepthOrder {
    layers = List.copyOf(layers);
  }

  /** What the tensors of one file and type have in common. */
  private record Group(Object file, String type) {}

  /**
   * Orders layers.
   *
   * @param all tensors of the checkpoint, in its order
   * @param weights that they make, layers or not
   * @param reader of these weights
   * @param layers those that are weight layers, in the same order
   * @param hints what else is known
   * @throws UnknownLayerException if the user has named a first or last layer that is not there
   */
  static DepthOrder of(
      List<Checkpoint.Tensor> all,
      List<EffectiveWeight> weights,
      LayerReader reader,
      List<WeightLayer> layers,
      DepthHints hints)
      throws UnknownLayerException {
    boolean isByName = isSorted(all) || isAsItCame(all);
    DepthByName byName = new DepthByName(layers.stream().map(DepthOrder::name).toList());
    List<WeightLayer> inner = new ArrayList<>(layers);
    if (isByName) {
      inner.sort((one, other) -> byName.compare(name(one), name(other)));
    }
    TiedHead head =
        inner.stream().anyMatch(layer -> byName.isHead(name(layer)))
            ? new TiedHead.Untied()
            : TiedHead.of(
                weights.stream().map(weight -> weight.entry().name()).toList(), hints.configs());
    Optional<WeightLayer> tied =
        head instanceof Tied some ? find(some.embedding(), weights, reader) : Optional.empty();
    Optional<WeightLayer> first = named("--first", hints.first(), weights, reader);
    Optional<WeightLayer> last = named("--last", hints.last(), weights, reader).or(() -> tied);
    Stream.of(first, last).flatMap(Optional::stream).forEach(inner::remove);
    Neighbours neighbours = new Neighbours(inner.stream().map(DepthOrder::name).toList(), byName);
    Optional<String> headDoubt =
        head instanceof Unknown unknown ? Optional.of(unknown.reason()) : Optional.empty();
    return new DepthOrder(
        Stream.of(first.stream(), inner.stream(), last.stream()).flatMap(each -> each).toList(),
        isByName,
        tied.map(WeightLayer::name),
        isByName ? neighbours.guesses() : 0,
        first.isEmpty() && isByName ? neighbours.firstDoubt() : Optional.empty(),
        last.isPresent()
            ? Optional.empty()
            : headDoubt.or(() -> isByName ? neighbours.lastDoubt() : Optional.empty()));
  }

  private static Optional<WeightLayer> named(
      String option, Optional<String> layer, List<EffectiveWeight> weights, LayerReader reader)
      throws UnknownLayerException {
    if (layer.isEmpty()) {
      return Optional.empty();
    }
    Optional<WeightLayer> found = find(layer.get(), weights, reader);
    if (found.isEmpty()) {
      throw new UnknownLayerException(
          "%s %s: no weight layer has that name".formatted(option, OneLine.quoted(layer.get())));
    }
    return found;
  }

  private static Optional<WeightLayer> find(
      String layer, List<EffectiveWeight> weights, LayerReader reader) {
    return weights.stream()
        .filter(
            weight ->
                weight.entry().name().equals(layer)
                    || CheckpointLayer.name(weight.entry().name()).equals(layer))
        .map(reader::read)
        .filter(LayerForm::isDescribed)
        .map(LayerForm::description)
        .findFirst();
  }

  /** The tensor of the network's first layer, if there is one. */
  Optional<String> first() {
    return layers.stream().map(WeightLayer::name).findFirst();
  }

  /** That of its last layer. */
  Optional<String> last() {
    return layers.stream().map(WeightLayer::name).reduce((earlier, later) -> later);
  }

  /** The layers' places by their tensors' names, from 1. */
  Map<String, Integer> depths() {
    Map<String, Integer> depths = new HashMap<>();
    layers.forEach(tensor -> depths.put(tensor.name(), depths.size() + 1));
    return depths;
  }

  /** Where the order comes from, in a word: {@code file}, {@code name} or {@code unknown}. */
  String basis() {
    if (firstDoubt.isPresent() || lastDoubt.isPresent() || guesses > 0) {
      return "unknown";
    }
    return isByName ? "name" : "file";
  }

  /** The same things in the order of their layers; what belongs to no layer comes last. */
  <T> List<T> sorted(List<T> things, Function<T, String> layer) {
    Map<String, Integer> depths = depths();
    List<T> sorted = new ArrayList<>(things);
    sorted.sort(
        (one, other) ->
            Integer.compare(
                depths.getOrDefault(layer.apply(one), Integer.MAX_VALUE),
                depths.getOrDefault(layer.apply(other), Integer.MAX_VALUE)));
    return sorted;
  }

  private static String name(WeightLayer layer) {
    return CheckpointLayer.name(layer.name());
  }

  /** A file with one tensor is sorted, and says nothing. */
  private static boolean isSorted(List<Checkpoint.Tensor> tensors) {
    Map<Group, String> lastNames = new HashMap<>();
    boolean isEvidence = false;
    for (Checkpoint.Tensor tensor : tensors) {
      String name = tensor.entry().name();
      String before = lastNames.put(new Group(tensor.file().path(), tensor.entry().type()), name);
      if (before != null) {
        isEvidence = true;
        if (before.compareTo(name) > 0) {
          return false;
        }
      }
    }
    return isEvidence;
  }

  /**
   * Converters to GGUF keep the order of what they read, which is most often the alphabet; MLX
   * writes its tensors as its hash map has them.
   */
  private static boolean isAsItCame(List<Checkpoint.Tensor> tensors) {
    return tensors.stream()
        .anyMatch(
            tensor ->
                GGUF_BLOCK.matcher(tensor.entry().name()).matches()
                    || "mlx".equals(tensor.file().metadata().get("format")));
  }
}
