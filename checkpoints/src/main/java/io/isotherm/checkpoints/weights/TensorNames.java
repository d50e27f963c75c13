package io.isotherm.checkpoints.weights;

import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.TensorEntry;
import java.util.Optional;

/** TensorNames of tensors, which say what belongs together. */
final class TensorNames {

  private TensorNames() {}

  /** What stands before {@code suffix}, if the name ends in it. */
  static Optional<String> before(String name, String suffix) {
    return name.endsWith(suffix)
        ? Optional.of(name.substring(0, name.length() - suffix.length()))
        : Optional.empty();
  }

  /** The name of the module that a parameter belongs to, with its dot; empty at the root. */
  static String module(String name) {
    return name.substring(0, name.lastIndexOf('.') + 1);
  }

  /** The name behind the module's. */
  static String parameter(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** A tensor in a message, which names its weight already. */
  static String shown(TensorEntry tensor) {
    return OneLine.quoted(parameter(tensor.name()));
  }
}
