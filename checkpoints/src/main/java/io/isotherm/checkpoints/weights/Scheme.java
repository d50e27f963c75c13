package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A way to store a weight in parts. */
interface Scheme {

  /**
   * A weight and the tensors that are its parts.
   *
   * @param weight formed or not
   * @param parts the tensors that are nothing of their own
   */
  record Found(EffectiveWeight weight, List<Checkpoint.Tensor> parts) {
    public Found {
      parts = List.copyOf(parts);
    }
  }

  /**
   * The weight whose main part {@code tensor} is; empty if it is no main part of this scheme.
   *
   * @throws UnformableException if it is one, and the weight cannot be formed
   * @throws IOException if a file cannot be read
   */
  Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws IOException, UnformableException;

  /** What the weight is called whose main part has this name. */
  String weightName(String main);
}
