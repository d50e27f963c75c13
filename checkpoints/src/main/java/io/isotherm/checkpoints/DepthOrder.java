package io.isotherm.checkpoints;

import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.TensorEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The weight layers of a checkpoint from the first to the last. A file's order is believed, unless
 * its writer has sorted by name, as the safetensors library does within each type of elements: then
 * {@link DepthByName} says more.
 *
 * @param layers by depth
 * @param isByName whether that is from their names
 */
record DepthOrder(List<TensorEntry> layers, boolean isByName) {

  DepthOrder {
    layers = List.copyOf(layers);
  }

  /** What the tensors of one file and type have in common. */
  private record Group(Object file, String type) {}

  /**
   * Orders layers.
   *
   * @param all tensors of the checkpoint, in its order
   * @param layers those that are weight layers, in the same order
   */
  static DepthOrder of(List<Checkpoint.Tensor> all, List<TensorEntry> layers) {
    if (!isSorted(all)) {
      return new DepthOrder(layers, false);
    }
    DepthByName byName = new DepthByName(layers.stream().map(DepthOrder::name).toList());
    List<TensorEntry> sorted = new ArrayList<>(layers);
    sorted.sort((one, other) -> byName.compare(name(one), name(other)));
    return new DepthOrder(sorted, true);
  }

  /** The tensor of the network's first layer, if there is one. */
  Optional<String> first() {
    return layers.stream().map(TensorEntry::name).findFirst();
  }

  /** That of its last layer. */
  Optional<String> last() {
    return layers.stream().map(TensorEntry::name).reduce((earlier, later) -> later);
  }

  /** The same things in the order of their layers; what belongs to no layer comes last. */
  <T> List<T> sorted(List<T> things, Function<T, String> layer) {
    Map<String, Integer> depths = new HashMap<>();
    layers.forEach(tensor -> depths.put(tensor.name(), depths.size()));
    List<T> sorted = new ArrayList<>(things);
    sorted.sort(
        (one, other) ->
            Integer.compare(
                depths.getOrDefault(layer.apply(one), Integer.MAX_VALUE),
                depths.getOrDefault(layer.apply(other), Integer.MAX_VALUE)));
    return sorted;
  }

  private static String name(TensorEntry layer) {
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
}
