package io.isotherm.local.demo;

import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that something goes to at the end. It is claimed before training, so that minutes of work
 * are not lost to a wrong path, and replaced as a whole.
 */
public final class OutputFile implements AutoCloseable {

  private final String what;
  private final Path target;
  private final Path part;

  private OutputFile(String what, Path target, Path part) {
    this.what = what;
    this.target = target;
    this.part = part;
  }

  /**
   * Checks that the file can be written, by writing an empty file beside it.
   *
   * @param what is written, as the option is called without its dashes
   * @throws UserError with one line if it cannot
   */
  public static OutputFile claim(String what, Path file) {
    Path target = file.toAbsolutePath().normalize();
    if (Files.isDirectory(target)) {
      throw new UserError(
          "%s %s is a folder: name a file in it with --%s".formatted(what, target, what));
    }
    if (Files.exists(target) && (!Files.isRegularFile(target) || !Files.isWritable(target))) {
      throw new UserError(
          "%s %s exists and cannot be replaced: name another file with --%s"
              .formatted(what, target, what));
    }
    Path folder = target.getParent();
    try {
      // Not a "temporary file" of Java's, which nobody else may read.
      String part = ".%s.%d.part".formatted(target.getFileName(), ProcessHandle.current().pid());
      return new OutputFile(what, target, Files.write(folder.resolve(part), new byte[0]));
    } catch (IOException e) {
      throw new UserError(
          "%s %s cannot be written (%s): name another file with --%s"
              .formatted(
                  what,
                  target,
                  Files.isDirectory(folder) ? e.getMessage() : "there is no folder " + folder,
                  what),
          e);
    }
  }

  /**
   * Writes the file.
   *
   * @throws UserError if that fails after all
   */
  public void write(byte[] content) {
    try {
      Files.write(part, content);
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Copies another file.
   *
   * @throws UserError if that fails after all
   */
  public void copy(Path source) {
    try {
      Files.copy(source, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UserError failed(IOException e) {
    return new UserError("%s %s cannot be written: %s".formatted(what, target, e.getMessage()), e);
  }

  /** Where the file is. */
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
