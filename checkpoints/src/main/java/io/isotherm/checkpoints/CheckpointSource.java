package io.isotherm.checkpoints;

import io.isotherm.checkpoints.formats.gguf.GgufFormat;
import io.isotherm.checkpoints.formats.pytorch.PyTorchFormat;
import io.isotherm.checkpoints.weights.BaseWeights;
import io.isotherm.checkpoints.weights.ConfigFiles;
import io.isotherm.checkpoints.weights.EffectiveWeight;
import io.isotherm.checkpoints.weights.WeightGroups;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.TensorFormat;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the weights come from.
 *
 * @param path a file, the index of a sharded checkpoint, or a folder with one of them
 * @param base the network that an adapter at {@code path} is added to, if it shall be
 * @param allowsPart whether files or tensors that an index names may be missing
 */
public record CheckpointSource(Path path, Optional<Path> base, boolean allowsPart) {

  private static final TensorFormat[] FORMATS = {new PyTorchFormat(), new GgufFormat()};

  /** A whole checkpoint. */
  static CheckpointSource of(Path path) {
    return new CheckpointSource(path, Optional.empty(), false);
  }

  /**
   * Reads the headers.
   *
   * @throws IOException with one line, if it is not there or cannot be read
   * @throws MalformedSafetensorsException with one line, if it is no checkpoint, or lacks a part
   *     that it must not lack
   */
  Checkpoint open() throws IOException, MalformedSafetensorsException {
    Checkpoint checkpoint = Checkpoint.openPartly(path, FORMATS);
    if (!allowsPart && !checkpoint.missing().isEmpty()) {
      throw new FileNotFoundException(
          checkpoint.missing().get(0).text()
              + more(checkpoint.missing())
              + "; --partial analyses the rest");
    }
    return checkpoint;
  }

  private static String more(List<Checkpoint.Missing> missing) {
    int tensors = missing.stream().mapToInt(each -> each.tensors().size()).sum();
    return tensors > 1 ? " (%d tensors are missing)".formatted(tensors) : "";
  }

  /**
   * The weights of such a checkpoint, as the network uses them.
   *
   * @param configs what lies beside it
   */
  List<EffectiveWeight> weights(Checkpoint checkpoint, ConfigFiles configs)
      throws IOException, MalformedSafetensorsException {
    Optional<BaseWeights> weightsOfBase = Optional.empty();
    if (base.isPresent()) {
      Checkpoint opened = Checkpoint.open(base.get(), FORMATS);
      weightsOfBase = Optional.of(BaseWeights.of(opened, ConfigFiles.beside(opened.path())));
    }
    return WeightGroups.of(checkpoint, configs, weightsOfBase);
  }
}
