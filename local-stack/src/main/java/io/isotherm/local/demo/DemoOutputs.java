package io.isotherm.local.demo;

import io.isotherm.terminal.UserError;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The files that a demonstration writes at its end.
 *
 * @param report on what was shown
 * @param checkpoint the trained weights
 */
public record DemoOutputs(Optional<OutputFile> report, Optional<OutputFile> checkpoint)
    implements AutoCloseable {

  /**
   * Checks that the files can be written, as {@link OutputFile#claim} does.
   *
   * @throws UserError with one line if one of them cannot
   */
  public static DemoOutputs claim(Optional<Path> report, Optional<Path> checkpoint) {
    Optional<OutputFile> claimed = report.map(file -> OutputFile.claim("report", file));
    try {
      return new DemoOutputs(claimed, checkpoint.map(file -> OutputFile.claim("checkpoint", file)));
    } catch (UserError e) {
      claimed.ifPresent(OutputFile::close);
      throw e;
    }
  }

  /** Writes those that were asked for, and says so. */
  void write(DemoReport content, Path weights, Consumer<String> print) {
    report.ifPresent(
        file -> {
          file.write(content.toJson());
          print.accept("Report written to " + file.target());
        });
    checkpoint.ifPresent(
        file -> {
          file.copy(weights);
          print.accept("Checkpoint written: ./isotherm analyze " + file.target());
        });
  }

  /** Removes what was claimed and not written. */
  @Override
  public void close() {
    report.ifPresent(OutputFile::close);
    checkpoint.ifPresent(OutputFile::close);
  }
}
