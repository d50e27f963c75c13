package io.isotherm.safetensors;

import java.util.Map;

/**
 * What stands before the bytes of a document with one tensor.
 *
 * @param tensor what the header says of it
 * @param metadata the header's {@code __metadata__}
 * @param bytes length of all that stands before the tensor's bytes
 */
public record DocumentHead(TensorEntry tensor, Map<String, String> metadata, int bytes) {

  /** Copies the map. */
  public DocumentHead {
    metadata = Map.copyOf(metadata);
  }
}
