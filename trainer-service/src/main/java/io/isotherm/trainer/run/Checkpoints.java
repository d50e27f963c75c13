package io.isotherm.trainer.run;

import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The folder for checkpoints, if there is one.
 *
 * @param folder created when the first run ends
 */
record Checkpoints(Optional<Path> folder) {

  private static final Logger LOG = Logger.getLogger(Checkpoints.class);

  /** Writes {@code RUN.safetensors}. A run does not fail because its checkpoint does. */
  void write(String run, RunProgress progress, List<SafeTensor> tensors) {
    if (folder.isEmpty()) {
      return;
    }
    Path file = folder.get().resolve(run + ".safetensors");
    try {
      Files.createDirectories(folder.get());
      SafetensorsFile.write(file, metadata(run, progress), tensors);
      LOG.infof("checkpoint written run=%s step=%d file=%s", run, progress.step(), file);
    } catch (IOException e) {
      LOG.errorf(
          "checkpoint not written run=%s file=%s reason=\"%s\"",
          run, file, OneLine.of(e.toString()));
    }
  }

  private static Map<String, String> metadata(String run, RunProgress progress) {
    return Map.of(
        // Readers for PyTorch ask for this entry.
        "format", "pt",
        "run", run,
        "incarnation", Long.toString(progress.incarnation()),
        "step", Long.toString(progress.step()),
        "epoch", Integer.toString(progress.epoch()));
  }
}
