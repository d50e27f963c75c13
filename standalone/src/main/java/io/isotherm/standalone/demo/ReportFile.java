package io.isotherm.standalone.demo;

import com.fasterxml.jackson.databind.ObjectWriter;
import io.isotherm.contracts.codec.Json;
import io.isotherm.standalone.terminal.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The file that the report goes to. It is claimed before training, so that minutes of work are not
 * lost to a wrong path, and replaced as a whole at the end.
 */
public final class ReportFile implements AutoCloseable {

  private static final ObjectWriter WRITER = Json.MAPPER.writerWithDefaultPrettyPrinter();

  private final Path target;
  private final Path part;

  private ReportFile(Path target, Path part) {
    this.target = target;
    this.part = part;
  }

  /**
   * Checks that the report can be written, by writing an empty file beside it.
   *
   * @throws UserError with one line if it cannot
   */
  public static ReportFile claim(Path file) {
    Path target = file.toAbsolutePath().normalize();
    if (Files.isDirectory(target)) {
      throw new UserError(
          "report %s is a folder: name a file in it with --report".formatted(target));
    }
    if (Files.exists(target) && (!Files.isRegularFile(target) || !Files.isWritable(target))) {
      throw new UserError(
          "report %s exists and cannot be replaced: name another file with --report"
              .formatted(target));
    }
    Path folder = target.getParent();
    try {
      // Not a "temporary file" of Java's, which nobody else may read.
      String part = ".%s.%d.part".formatted(target.getFileName(), ProcessHandle.current().pid());
      return new ReportFile(target, Files.write(folder.resolve(part), new byte[0]));
    } catch (IOException e) {
      throw new UserError(
          "report %s cannot be written (%s): name another file with --report"
              .formatted(
                  target,
                  Files.isDirectory(folder) ? e.getMessage() : "there is no folder " + folder),
          e);
    }
  }

  /**
   * Writes the report.
   *
   * @throws UserError if that fails after all
   */
  public void write(Report report) {
    try {
      Files.write(part, WRITER.writeValueAsBytes(report));
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UserError("report %s cannot be written: %s".formatted(target, e.getMessage()), e);
    }
  }

  /** Where the report is. */
  public Path target() {
    return target;
  }

  /** Removes what was claimed and not written. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      throw new UserError("cannot delete %s: %s".formatted(part, e.getMessage()), e);
    }
  }
}
