package io.isotherm.contracts.run;

import io.isotherm.checks.Checks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How to tell which norm layer takes the learning rate of which weight layer where the names and
 * the order of a network's modules are all that is known: {@code batchnorm_type} and {@code
 * layernorm} of TempBalance's code (commit 9f0d9c7, {@code build_optimizer_param_group}).
 */
public enum NormRule {
  /**
   * A batch norm follows the weight layer that has its name with {@code conv} for {@code bn}; other
   * norm layers follow none.
   */
  BY_NAME,
  /**
   * A batch norm follows the last convolution before it, and a layer norm the last dense layer
   * before it, unless another norm layer of its kind lies between. One that nothing precedes
   * follows none; the published code raises there, as on every transformer that starts with a layer
   * norm.
   */
  BY_ORDER;

  /** What the rules tell apart. */
  public enum ModuleKind {
    /** A two-dimensional convolution. */
    CONVOLUTION,
    /** A weight matrix. */
    DENSE,
    /** A batch normalisation. */
    BATCH_NORM,
    /** A layer normalisation. */
    LAYER_NORM,
    /** What no rule looks at. */
    OTHER
  }

  /**
   * One module of a network.
   *
   * @param name in the network
   * @param kind what it is
   */
  public record NetworkModule(String name, ModuleKind kind) {
    /** Checks that both are there. */
    public NetworkModule {
      Checks.requireText("name of a module", name);
      Checks.requirePresent("kind of module '" + name + "'", kind);
    }

    private boolean isWeightLayer() {
      return kind == ModuleKind.CONVOLUTION || kind == ModuleKind.DENSE;
    }
  }

  /**
   * The norm layer that follows each weight layer, by the weight layer's name; the first one if
   * there are several.
   *
   * @param modules in the order in which the network registers them
   */
  public Map<String, String> normLayers(List<NetworkModule> modules) {
    return this == BY_NAME ? byName(modules) : byOrder(modules);
  }

  private static Map<String, String> byName(List<NetworkModule> modules) {
    Set<String> weightLayers =
        modules.stream()
            .filter(NetworkModule::isWeightLayer)
            .map(NetworkModule::name)
            .collect(Collectors.toSet());
    Map<String, String> normLayers = new LinkedHashMap<>();
    for (NetworkModule module : modules) {
      String leader = module.name().replace("bn", "conv");
      if (module.kind() == ModuleKind.BATCH_NORM && weightLayers.contains(leader)) {
        normLayers.putIfAbsent(leader, module.name());
      }
    }
    return normLayers;
  }

  private static Map<String, String> byOrder(List<NetworkModule> modules) {
    Map<String, String> normLayers = new LinkedHashMap<>();
    Optional<String> convolution = Optional.empty();
    Optional<String> dense = Optional.empty();
    for (NetworkModule module : modules) {
      switch (module.kind()) {
        case CONVOLUTION -> convolution = Optional.of(module.name());
        case DENSE -> dense = Optional.of(module.name());
        case BATCH_NORM -> {
          convolution.ifPresent(leader -> normLayers.put(leader, module.name()));
          convolution = Optional.empty();
        }
        case LAYER_NORM -> {
          dense.ifPresent(leader -> normLayers.put(leader, module.name()));
          dense = Optional.empty();
        }
        case OTHER -> {}
      }
    }
    return normLayers;
  }
}
