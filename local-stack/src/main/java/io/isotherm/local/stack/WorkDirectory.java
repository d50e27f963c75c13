package io.isotherm.local.stack;

import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the processes run, with their logs and data.
 *
 * @param path the folder
 */
public record WorkDirectory(Path path) {

  private static final long MEGABYTE = 1L << 20;

  /**
   * Creates a new one among the system's temporary files.
   *
   * @param neededMegabytes that must be usable there
   * @throws UserError if there is not enough space, or nothing can be written
   */
  public static WorkDirectory temporary(long neededMegabytes) {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    requireSpace(parent, neededMegabytes, "set TMPDIR to a folder on a larger disk");
    try {
      return new WorkDirectory(Files.createTempDirectory(parent, "isotherm-"));
    } catch (IOException e) {
      throw new UserError("cannot create a folder in %s: %s".formatted(parent, reason(e)), e);
    }
  }

  /**
   * Opens a folder that is kept, and creates it if need be.
   *
   * @param neededMegabytes that must be usable there
   * @throws UserError if there is not enough space, or nothing can be written
   */
  public static WorkDirectory kept(Path path, long neededMegabytes) {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new UserError("cannot create data folder %s: %s".formatted(path, reason(e)), e);
    }
    if (!Files.isWritable(path)) {
      throw new UserError("data folder %s is not writable: choose another".formatted(path));
    }
    requireSpace(path, neededMegabytes, "free some, or choose another folder with --data");
    return new WorkDirectory(path);
  }

  /** A folder inside, created if need be. */
  public Path folder(String name) {
    Path folder = path.resolve(name);
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UserError("cannot create %s: %s".formatted(folder, reason(e)), e);
    }
  }

  /** Deletes the folder and everything in it, as far as that can be done. */
  public void delete() {
    try (Stream<Path> walk = Files.walk(path)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new UserError("cannot delete %s: %s".formatted(path, reason(e)), e);
    }
  }

  private static void requireSpace(Path place, long neededMegabytes, String remedy) {
    try {
      long usable = Files.getFileStore(place).getUsableSpace() / MEGABYTE;
      if (usable < neededMegabytes) {
        throw new UserError(
            "%s has %d MB of free space, %d MB are needed: %s"
                .formatted(place, usable, neededMegabytes, remedy));
      }
    } catch (IOException e) {
      throw new UserError("cannot tell how much space %s has: %s".formatted(place, reason(e)), e);
    }
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
