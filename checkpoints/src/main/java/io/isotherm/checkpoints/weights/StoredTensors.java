package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tensors of a checkpoint by name, and what lies beside it. */
final class StoredTensors {

  private final Map<String, Checkpoint.Tensor> byName = new HashMap<>();
  private final ConfigFiles configs;
  private final Optional<BaseWeights> base;

  /**
   * Tensors.
   *
   * @param base the network that they are an adapter for, if the user has named it
   */
  StoredTensors(List<Checkpoint.Tensor> tensors, ConfigFiles configs, Optional<BaseWeights> base) {
    tensors.forEach(tensor -> byName.put(tensor.entry().name(), tensor));
    this.configs = configs;
    this.base = base;
  }

  Optional<Checkpoint.Tensor> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  ConfigFiles configs() {
    return configs;
  }

  Optional<BaseWeights> base() {
    return base;
  }
}
