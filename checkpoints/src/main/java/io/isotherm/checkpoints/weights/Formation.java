package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;

/** How a weight comes from what is stored. */
public sealed interface Formation {

  /**
   * The file holds the weight itself.
   *
   * @param tensor that is the weight
   */
  record Stored(Checkpoint.Tensor tensor) implements Formation {}

  /**
   * It lies inside of a tensor that holds more.
   *
   * @param tensor that it is a part of
   * @param from offset of its first byte in the tensor
   */
  record Part(Checkpoint.Tensor tensor, long from) implements Formation {}

  /**
   * It is computed from several tensors, or from a type that is not computed with.
   *
   * @param how in a few words for the reader, such as {@code weight norm}
   * @param formula computes it
   */
  record Formed(String how, Formula formula) implements Formation {}

  /**
   * It cannot be had from the file.
   *
   * @param reason one line for the reader
   */
  record Unformed(String reason) implements Formation {}
}
