package io.isotherm.gpucheck.bundle;

import io.isotherm.terminal.UserError;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/** The jars that the running program is made of. */
final class ClassPath {

  private ClassPath() {}

  /**
   * Those of the class path, and those that their manifests name.
   *
   * @throws UserError if there are folders with classes among them, as there are while one develops
   */
  static Set<Path> jars() throws IOException {
    Set<Path> jars = new LinkedHashSet<>();
    for (String entry :
        System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator))) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        throw new UserError(
            "a bundle is made of jars, and %s is a folder: start it with ./isotherm"
                .formatted(path));
      }
      jars.add(path);
      jars.addAll(named(path));
    }
    return jars;
  }

  private static List<Path> named(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      String names =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return names == null
          ? List.of()
          : List.of(names.split(" ")).stream().map(jar.toAbsolutePath()::resolveSibling).toList();
    }
  }
}
