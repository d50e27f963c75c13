package io.isotherm.safetensors;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the checkpoint in a folder: a plain one, or one of Hugging Face's cache. */
final class CheckpointFolder {

  private static final String INDEX = ".index.json";

  /**
   * A checkpoint in a folder.
   *
   * @param files the index, or the file, or the files that make it together
   * @param notes what else is there and not read, one line each
   */
  record Found(List<Path> files, List<String> notes) {
    Found {
      files = List.copyOf(files);
      notes = List.copyOf(notes);
    }
  }

  private final Path folder;
  private final List<Path> all;

  private CheckpointFolder(Path folder) throws IOException {
    this.folder = folder;
    try (Stream<Path> entries = Files.list(folder)) {
      this.all = entries.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /**
   * The checkpoint of the first format that the folder has files of.
   *
   * @param formats the preferred one first
   * @throws IOException with one line, if there is none or none is meant
   */
  static Found find(Path folder, List<TensorFormat> formats) throws IOException {
    CheckpointFolder content = new CheckpointFolder(snapshot(folder).orElse(folder));
    List<TensorFormat> there = formats.stream().filter(content::has).toList();
    if (there.isEmpty()) {
      throw new FileNotFoundException(
          "%s is a folder: name a file in it; it has no %s file"
              .formatted(
                  content.folder,
                  formats.stream()
                      .flatMap(format -> format.suffixes().stream())
                      .collect(Collectors.joining(", "))
                      .replaceFirst(", ([^,]*)$", " or $1")));
    }
    TensorFormat chosen = there.get(0);
    return new Found(
        content.files(chosen),
        there.stream().skip(1).map(other -> content.note(chosen, other)).toList());
  }

  private boolean has(TensorFormat format) {
    return !indexes(format).isEmpty() || !weights(format).isEmpty();
  }

  private String note(TensorFormat chosen, TensorFormat other) {
    List<Path> files = new ArrayList<>(weights(other));
    files.addAll(indexes(other));
    return "%s has files of %s too, such as %s: those of %s are read"
        .formatted(folder, other.label(), files.get(0).getFileName(), chosen.label());
  }

  private List<Path> files(TensorFormat format) throws IOException {
    List<Path> indexes = indexes(format);
    List<Path> weights = weights(format);
    for (String usual : format.usualNames()) {
      for (String suffix : format.suffixes()) {
        for (String end : List.of(suffix + INDEX, suffix)) {
          Path file = folder.resolve(usual + end);
          if (indexes.contains(file) || weights.contains(file)) {
            return List.of(file);
          }
        }
      }
    }
    if (indexes.size() > 1) {
      throw new FileNotFoundException(
          "%s has %d indexes: name one of them, such as %s"
              .formatted(folder, indexes.size(), indexes.get(0).getFileName()));
    }
    return indexes.isEmpty() ? weights : indexes;
  }

  private List<Path> indexes(TensorFormat format) {
    return named(format.suffixes().stream().map(suffix -> suffix + INDEX).toList());
  }

  private List<Path> weights(TensorFormat format) {
    return named(format.suffixes()).stream()
        .filter(path -> !format.isCompanion(path.getFileName().toString()))
        .toList();
  }

  private List<Path> named(List<String> ends) {
    return all.stream()
        .filter(path -> ends.stream().anyMatch(path.getFileName().toString()::endsWith))
        .toList();
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
}
