package io.isotherm.safetensors;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the checkpoint in a folder: a plain one, or one of Hugging Face's cache. */
final class CheckpointFolder {

  private static final String WEIGHTS = ".safetensors";
  private static final String INDEX = ".safetensors.index.json";

  /** What libraries call the one file or index that they read. */
  private static final List<String> USUAL =
      List.of("model", "adapter_model", "diffusion_pytorch_model");

  private CheckpointFolder() {}

  /**
   * The index, or the file, or the files that make a checkpoint together.
   *
   * @throws IOException with one line, if there is none or none is meant
   */
  static List<Path> files(Path folder) throws IOException {
    Path snapshot = snapshot(folder).orElse(folder);
    List<Path> indexes = named(snapshot, INDEX);
    List<Path> weights = named(snapshot, WEIGHTS);
    for (String usual : USUAL) {
      for (String end : List.of(INDEX, WEIGHTS)) {
        Path file = snapshot.resolve(usual + end);
        if (indexes.contains(file) || weights.contains(file)) {
          return List.of(file);
        }
      }
    }
    if (indexes.size() > 1) {
      throw new FileNotFoundException(
          "%s has %d indexes: name one of them, such as %s"
              .formatted(snapshot, indexes.size(), indexes.get(0).getFileName()));
    }
    if (indexes.isEmpty() && weights.isEmpty()) {
      throw new FileNotFoundException(
          "%s is a folder: name a file in it; it has no .safetensors file".formatted(snapshot));
    }
    return indexes.isEmpty() ? weights : indexes;
  }

  /** In Hugging Face's cache the snapshot that {@code main} is, or the only one. */
  private static Optional<Path> snapshot(Path folder) throws IOException {
    Path snapshots = folder.resolve("snapshots");
    if (!Files.isDirectory(snapshots)) {
      return Optional.empty();
    }
    List<Path> all;
    try (Stream<Path> entries = Files.list(snapshots)) {
      all = entries.filter(Files::isDirectory).sorted().toList();
    }
    Path main = folder.resolve("refs").resolve("main");
    if (Files.isRegularFile(main) && Files.size(main) < 256) {
      String revision = Files.readString(main).strip();
      Optional<Path> named =
          all.stream().filter(path -> path.getFileName().toString().equals(revision)).findFirst();
      if (named.isPresent()) {
        return named;
      }
    }
    if (all.size() != 1) {
      throw new FileNotFoundException(
          "%s has %d snapshots: name one of them".formatted(snapshots, all.size()));
    }
    return Optional.of(all.get(0));
  }

  private static List<Path> named(Path folder, String end) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(path -> path.getFileName().toString().endsWith(end) && Files.isRegularFile(path))
          .sorted()
          .toList();
    }
  }
}
