package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Groups the tensors of a checkpoint by the weight that they belong to. */
public final class WeightGroups {

  private final StoredTensors all;
  private final List<Scheme> schemes;
  private final Map<String, EffectiveWeight> byMainPart = new HashMap<>();
  private final Set<String> parts = new HashSet<>();

  private WeightGroups(StoredTensors all, List<Scheme> schemes) {
    this.all = all;
    this.schemes = schemes;
  }

  /**
   * All weights of a checkpoint, each where its main part stands: what belongs to no other tensor
   * is a weight of its own, biases and norms among it.
   *
   * @throws IOException with one line if a file cannot be read
   */
  public static List<EffectiveWeight> of(Checkpoint checkpoint, ConfigFiles configs)
      throws IOException {
    return of(checkpoint, configs, Optional.empty());
  }

  /**
   * The same of an adapter, whose low-rank pairs are added to the weights of {@code base}.
   *
   * @throws IOException with one line if a file cannot be read
   */
  public static List<EffectiveWeight> of(
      Checkpoint checkpoint, ConfigFiles configs, Optional<BaseWeights> base) throws IOException {
    List<Checkpoint.Tensor> tensors = checkpoint.tensors();
    WeightGroups groups =
        new WeightGroups(new StoredTensors(tensors, configs, base), Schemes.all());
    for (Checkpoint.Tensor tensor : tensors) {
      groups.add(tensor);
    }
    return groups.weights(tensors);
  }

  private void add(Checkpoint.Tensor tensor) throws IOException {
    for (Scheme scheme : schemes) {
      String name = tensor.entry().name();
      try {
        Optional<Scheme.Found> found = scheme.find(tensor, all);
        if (found.isPresent()) {
          byMainPart.put(name, found.get().weight());
          found.get().parts().forEach(part -> parts.add(part.entry().name()));
          return;
        }
      } catch (UnformableException e) {
        byMainPart.put(
            name,
            EffectiveWeight.unformed(scheme.weightName(name), tensor.entry(), e.getMessage()));
        return;
      }
    }
  }

  private List<EffectiveWeight> weights(List<Checkpoint.Tensor> tensors) {
    List<EffectiveWeight> weights = new ArrayList<>();
    for (Checkpoint.Tensor tensor : tensors) {
      String name = tensor.entry().name();
      EffectiveWeight formed = byMainPart.get(name);
      if (formed != null) {
        weights.add(isTaken(formed.entry().name()) ? formed.named(name) : formed);
      } else if (!parts.contains(name)) {
        weights.add(EffectiveWeight.stored(tensor));
      }
    }
    return weights;
  }

  /** Whether a tensor of its own has the name already. */
  private boolean isTaken(String name) {
    return all.has(name) && !parts.contains(name);
  }
}
