package io.isotherm.solvers.cuda;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Where the libraries of CUDA may lie on this machine, besides where {@code ldconfig} looks. */
final class CudaFolders {

  private static final List<String> TOOLKITS = List.of("CUDA_HOME", "CUDA_PATH");
  private static final String DEFAULT_TOOLKIT = "/usr/local/cuda";

  /** Environments of Python, in which PyTorch's wheels bring a CUDA of their own. */
  private static final List<String> ENVIRONMENTS = List.of("VIRTUAL_ENV", "CONDA_PREFIX");

  private CudaFolders() {}

  /**
   * Existing folders, those that a user names first.
   *
   * @param named what the user named for this program, folders separated by colons; may be null
   * @param environment gives the value of an environment variable, or null
   */
  static List<Path> of(String named, UnaryOperator<String> environment) {
    Set<Path> folders = new LinkedHashSet<>();
    addList(folders, named);
    addList(folders, environment.apply("LD_LIBRARY_PATH"));
    for (String toolkit : TOOLKITS) {
      String home = environment.apply(toolkit);
      if (home != null && !home.isBlank()) {
        folders.add(Path.of(home, "lib64"));
      }
    }
    folders.add(Path.of(DEFAULT_TOOLKIT, "lib64"));
    for (String variable : ENVIRONMENTS) {
      String home = environment.apply(variable);
      if (home != null && !home.isBlank()) {
        folders.addAll(wheels(Path.of(home, "lib")));
      }
    }
    return folders.stream().filter(Files::isDirectory).toList();
  }

  private static void addList(Set<Path> folders, String list) {
    if (list != null) {
      for (String folder : list.split(File.pathSeparator)) {
        if (!folder.isBlank()) {
          folders.add(Path.of(folder));
        }
      }
    }
  }

  /** CUDA 13's wheels share one folder, those of CUDA 12 have one for each library. */
  private static List<Path> wheels(Path lib) {
    List<Path> folders = new ArrayList<>();
    for (Path python : matching(lib, "python3*")) {
      for (Path wheel : matching(python.resolve("site-packages").resolve("nvidia"), "*")) {
        folders.add(wheel.resolve("lib"));
      }
    }
    return folders;
  }

  private static List<Path> matching(Path folder, String pattern) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, pattern)) {
      List<Path> sorted = new ArrayList<>();
      found.forEach(sorted::add);
      sorted.sort(null);
      return sorted;
    } catch (IOException e) {
      // No such folder, or none that may be read: nothing is there for this program.
      return List.of();
    }
  }
}
