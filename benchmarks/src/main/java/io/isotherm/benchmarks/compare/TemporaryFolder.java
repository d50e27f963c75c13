package io.isotherm.benchmarks.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that is gone with everything in it when the run ends, also by Ctrl-C. */
final class TemporaryFolder implements AutoCloseable {

  private final Path path;
  private final Thread atExit;

  TemporaryFolder() throws IOException {
    path = Files.createTempDirectory("isotherm-compare");
    atExit = new Thread(this::delete, "delete " + path);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    delete();
  }

  private void delete() {
    try {
      List<Path> deepestFirst;
      try (Stream<Path> found = Files.walk(path)) {
        deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
