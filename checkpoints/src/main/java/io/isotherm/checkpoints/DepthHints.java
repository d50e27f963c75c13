package io.isotherm.checkpoints;

import io.isotherm.checkpoints.weights.ConfigFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is known of the order of a checkpoint's layers beside their names.
 *
 * @param configs that lie beside the checkpoint
 * @param first the tensor of the first layer, or the layer, if the user names it
 * @param last the same of the last layer
 */
record DepthHints(ConfigFiles configs, Optional<String> first, Optional<String> last) {

  /** Those of a checkpoint whose user says nothing. */
  static DepthHints beside(Path checkpoint) throws IOException {
    return new DepthHints(ConfigFiles.beside(checkpoint), Optional.empty(), Optional.empty());
  }
}
