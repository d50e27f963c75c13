package io.isotherm.spectra.matrix;

import io.isotherm.safetensors.SafeTensor;

/** Tensors that are known to be layers'. */
public final class Layers {

  private Layers() {}

  /** The layer. */
  public static WeightTensor of(SafeTensor tensor) {
    try {
      return WeightTensor.of(tensor);
    } catch (UnreadableTensorException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Its slices. */
  public static WeightMatrices slices(SafeTensor tensor) {
    return of(tensor).slices();
  }
}
