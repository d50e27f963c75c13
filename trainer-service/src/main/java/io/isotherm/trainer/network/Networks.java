package io.isotherm.trainer.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The networks that can be ordered, by name. */
public final class Networks {

  /** The name of the network that an order gets which asks for none. */
  public static final String DEFAULT = ResNet.NAME;

  private static final Map<String, Network> BY_NAME = byName(new ResNet());

  private Networks() {}

  /** The network of that name. */
  public static Optional<Network> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** The network that an order gets which asks for none. */
  public static Network defaultNetwork() {
    return BY_NAME.get(DEFAULT);
  }

  /** All of them. */
  public static List<Network> all() {
    return List.copyOf(BY_NAME.values());
  }

  /** The names of all of them. */
  public static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  private static Map<String, Network> byName(Network... networks) {
    Map<String, Network> byName = new LinkedHashMap<>();
    for (Network network : networks) {
      if (byName.put(network.name(), network) != null) {
        throw new IllegalStateException(
            "a network's name must be its own, got twice: " + network.name());
      }
    }
    return byName;
  }
}
