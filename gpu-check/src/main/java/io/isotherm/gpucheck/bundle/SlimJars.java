package io.isotherm.gpucheck.bundle;

import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies of jars with nothing that the check does not use: no other platforms, no headers; and not
 * compressed, since the archive that they go into is, and does it better.
 */
final class SlimJars {

  /** What the check is made of. A jar whose name begins with none of these stays behind. */
  static final List<String> WANTED =
      List.of(
          "isotherm-",
          "picocli-",
          "jackson-",
          "javacpp-",
          "openblas-",
          "jna-",
          "junit-",
          "opentest4j-",
          "apiguardian-",
          "jspecify-",
          "assertj-",
          "byte-buddy-");

  private SlimJars() {}

  /** Copies what is wanted of {@code jars}. */
  static void copy(Collection<Path> jars, Path folder) throws IOException {
    for (String prefix : WANTED) {
      List<Path> found =
          jars.stream().filter(jar -> jar.getFileName().toString().startsWith(prefix)).toList();
      if (found.isEmpty()) {
        throw new UserError(
            "no jar named %s* is on the class path, which the bundle needs: build the whole project"
                .formatted(prefix));
      }
      for (Path jar : found) {
        copy(jar, folder.resolve(jar.getFileName()));
      }
    }
  }

  private static void copy(Path jar, Path target) throws IOException {
    try (ZipFile source = new ZipFile(jar.toFile());
        OutputStream bytes = Files.newOutputStream(target);
        ZipOutputStream slim = new ZipOutputStream(bytes)) {
      for (ZipEntry entry : Collections.list(source.entries())) {
        if (!entry.isDirectory() && isUsed(entry.getName())) {
          try (InputStream content = source.getInputStream(entry)) {
            store(slim, entry, content.readAllBytes());
          }
        }
      }
    }
  }

  private static void store(ZipOutputStream slim, ZipEntry entry, byte[] content)
      throws IOException {
    CRC32 check = new CRC32();
    check.update(content);
    ZipEntry stored = new ZipEntry(entry.getName());
    stored.setMethod(ZipEntry.STORED);
    stored.setSize(content.length);
    stored.setCrc(check.getValue());
    stored.setTime(entry.getTime());
    slim.putNextEntry(stored);
    slim.write(content);
    slim.closeEntry();
  }

  /** JNA's jar has libraries for all platforms; JavaCPP's have headers. */
  private static boolean isUsed(String name) {
    if (name.startsWith("com/sun/jna/") && name.endsWith("jnidispatch.so")) {
      return name.equals("com/sun/jna/linux-x86-64/libjnidispatch.so");
    }
    if (name.startsWith("com/sun/jna/") && name.matches(".*\\.(dll|jnilib|a)")) {
      return false;
    }
    return !name.startsWith("org/bytedeco/") || name.endsWith(".class") || name.contains(".so");
  }
}
