package io.isotherm.checkpoints.layers;

/** What a tensor of a checkpoint is for, as far as its name and shape tell. */
public enum TensorKind {
  /** A matrix or a convolution's kernel: what is analysed. */
  LAYER("layer", "layers"),
  /** A table that is looked up, or positions. */
  EMBEDDING("embedding", "embeddings"),
  /** The scale of a normalisation. */
  NORM("norm", "norms"),
  /** What is added. */
  BIAS("bias", "biases"),
  /** What is counted or kept, and not trained. */
  BUFFER("buffer", "buffers"),
  /** Scales, zero points and the like of quantised weights or activations. */
  SCALE("scale", "scales"),
  /** What an optimiser keeps of a weight. */
  OPTIMISER("optimiser's state", "optimisers' states"),
  /** An average of a weight that is there itself. */
  AVERAGE("average", "averages"),
  /** Shapes that are no layer's. */
  OTHER("other tensor", "other tensors");

  private final String singular;
  private final String plural;

  TensorKind(String singular, String plural) {
    this.singular = singular;
    this.plural = plural;
  }

  /** Whether a network is trained in such tensors; what else is stored counts for no coverage. */
  public boolean isParameter() {
    return switch (this) {
      case LAYER, EMBEDDING, NORM, BIAS, OTHER -> true;
      case BUFFER, SCALE, OPTIMISER, AVERAGE -> false;
    };
  }

  /** More than one of them, in words. */
  public String plural() {
    return plural;
  }

  /** A number of them in words, such as {@code 1 bias}. */
  public String counted(long count) {
    return count + " " + (count == 1 ? singular : plural);
  }
}
