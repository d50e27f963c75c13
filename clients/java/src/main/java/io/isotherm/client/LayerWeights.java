package io.isotherm.client;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.safetensors.DType;
import java.nio.ByteBuffer;

/** Where the weights of a network's layers are read from. Called on the training thread only. */
public interface LayerWeights {

  /** The element type of the layer's weights, which travel as they are. */
  DType dtype(LayerDescription layer);

  /**
   * Copies the layer's weights.
   *
   * @param target direct, little endian, from position to limit exactly the bytes of {@link
   *     LayerDescription#shape()}; to be filled in PyTorch's order ({@code [out, in]} or {@code
   *     [out, in, kH, kW]}, row by row). It belongs to the caller again on return. Whether the
   *     position is moved does not matter.
   */
  void copyTo(LayerDescription layer, ByteBuffer target);
}
