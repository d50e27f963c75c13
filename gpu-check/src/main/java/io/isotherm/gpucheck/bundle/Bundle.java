package io.isotherm.gpucheck.bundle;

import io.isotherm.gpucheck.GpuCheck;
import io.isotherm.gpucheck.Part;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Packs the running program, with a Java runtime of its own, for another machine. */
public final class Bundle {

  /** What travels to a machine that is reached by little more than a clipboard. */
  public static final long MAX_BYTES = 48_000_000;

  private static final String ARCHIVE = "gpu-check.tar.xz";
  private static final String SCRIPT = "gpu-check.sh";

  /** jdk.zipfs is JUnit's; java.naming, java.sql and java.xml are of its libraries. */
  private static final String MODULES =
      "java.base,java.logging,java.management,java.naming,java.sql,java.xml,jdk.incubator.vector,"
          + "jdk.management,jdk.unsupported,jdk.zipfs";

  private final Path folder;

  private Bundle(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes the script and the archive, replacing what is there, and sees that the script starts.
   *
   * @param folder that they go to; made if it is missing
   * @return bytes of the two files
   * @throws UserError in one line, if a tool is missing, the bundle is too large or does not start
   */
  public static long write(Path folder) {
    Path tools = Path.of(System.getProperty("java.home"));
    if (!Files.isDirectory(tools.resolve("jmods"))
        || !Files.isExecutable(tools.resolve("bin/jlink"))) {
      throw new UserError(
          "%s has no jlink with jmods, which make a small Java runtime: install a whole JDK (Debian:"
                  .formatted(tools)
              + " openjdk-17-jdk-headless), or set JAVA_HOME to one");
    }
    try {
      Files.createDirectories(folder);
      Path staging = Files.createTempDirectory("isotherm-bundle");
      try {
        return new Bundle(folder).write(tools, staging);
      } finally {
        delete(staging);
      }
    } catch (IOException e) {
      throw new UserError("%s cannot be written: %s".formatted(folder, e), e);
    }
  }

  private long write(Path tools, Path staging) throws IOException {
    Tool.run(
        List.of(
            tools.resolve("bin/jlink").toString(),
            "--add-modules",
            MODULES,
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--compress=0",
            "--output",
            staging.resolve("jre").toString()));
    SlimJars.copy(ClassPath.jars(), Files.createDirectory(staging.resolve("lib")));
    Path archive = folder.resolve(ARCHIVE);
    Tool.pipe(
        List.of("tar", "-C", staging.toString(), "-cf", "-", "jre", "lib"),
        List.of("xz", "-6", "-T0", "-c"),
        archive);
    Path script = folder.resolve(SCRIPT);
    try (InputStream source = Bundle.class.getResourceAsStream(SCRIPT)) {
      Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
    }
    script.toFile().setExecutable(true);
    long bytes = Files.size(archive) + Files.size(script);
    if (bytes > MAX_BYTES) {
      throw new UserError(
          "the bundle in %s has %d bytes, more than %d: leave something out of it"
              .formatted(folder, bytes, MAX_BYTES));
    }
    requireStart(script);
    return bytes;
  }

  /** Loads what the check needs of the CPU, and looks for a GPU, which need not be here. */
  private static void requireStart(Path script) {
    List<String> command =
        List.of(script.toAbsolutePath().toString(), "--parts", Part.MACHINE.label());
    Tool.run(command, Set.of(GpuCheck.PASSED, GpuCheck.NO_GPU));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path each : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
