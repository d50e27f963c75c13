package io.isotherm.spectra.estimator;

import io.isotherm.spectra.matrix.WeightMatrices;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The matrices that an estimator makes of a layer. */
public sealed interface Reading {

  /**
   * Matrices to be fitted.
   *
   * @param groups at least one, of at least one eigenvalue each; the eigenvalues of a group are
   *     pooled into one fit, and the layer's numbers are the means over the groups
   * @param metrics what is to be said of the groups themselves
   * @param windows where the matrices lie, if they are windows of a larger one
   */
  record Groups(
      List<WeightMatrices> groups, Map<String, Double> metrics, Optional<WindowGrid> windows)
      implements Reading {
    /** Copies list and map. */
    public Groups {
      groups = List.copyOf(groups);
      metrics = Map.copyOf(metrics);
    }
  }

  /**
   * The estimator is not defined for the layer.
   *
   * @param reason one line for the reader, with the value that says so
   */
  record Undefined(String reason) implements Reading {}

  /** One group: all of the layer in one fit. */
  static Reading pooled(WeightMatrices matrices) {
    return new Groups(List.of(matrices), Map.of(), Optional.empty());
  }
}
