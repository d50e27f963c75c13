package io.isotherm.safetensors;

import io.isotherm.checks.OneLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The weights of a network in one safetensors file, or in several with an index. */
public final class Checkpoint {

  private static final String INDEX_SUFFIX = ".json";

  /**
   * A tensor and the file that holds it.
   *
   * @param entry what the file's header says of it
   * @param file to read it from
   */
  public record Tensor(TensorEntry entry, SafetensorsFile file) {

    /** As {@link SafetensorsFile#read}. */
    public SafeTensor read(ByteBuffer buffer) throws IOException {
      return file.read(entry, buffer);
    }

    /** As {@link SafetensorsFile#readBytes}. */
    public void readBytes(long from, ByteBuffer target) throws IOException {
      file.readBytes(entry, from, target);
    }
  }

  /**
   * What an index names and its folder does not have.
   *
   * @param index that names it
   * @param file that is not there, or that lacks the tensors
   * @param isFileThere which of both
   * @param tensors that must be in the file, 1 or more
   */
  public record Missing(Path index, Path file, boolean isFileThere, List<String> tensors) {

    /** Copies the names. */
    public Missing {
      tensors = List.copyOf(tensors);
    }

    /** One line for the reader. */
    public String text() {
      return isFileThere
          ? "%s: tensor %s must be in %s, where it is not"
              .formatted(index, OneLine.quoted(tensors.get(0)), file)
          : "there is no file " + file;
    }
  }

  private final Path path;
  private final List<Tensor> tensors;
  private final List<Missing> missing;

  private Checkpoint(Path path, List<Tensor> tensors, List<Missing> missing) {
    this.path = path;
    this.tensors = List.copyOf(tensors);
    this.missing = List.copyOf(missing);
  }

  /**
   * Reads the header of a file, or of all the files that an index names, or of those in a folder.
   *
   * @param path of a safetensors file, of an index if its name ends in {@code .json}, or of a
   *     folder with one checkpoint, Hugging Face's cache of a model included
   * @throws MalformedSafetensorsException with one line that names the file, if anything is wrong
   *     with its content, or if the index and its files do not agree
   * @throws IOException with one line that names the file, if it is not there or cannot be read
   */
  public static Checkpoint open(Path path) throws IOException, MalformedSafetensorsException {
    Checkpoint checkpoint = openPartly(path);
    if (checkpoint.missing.isEmpty()) {
      return checkpoint;
    }
    Missing first = checkpoint.missing.get(0);
    if (first.isFileThere()) {
      throw new MalformedSafetensorsException(first.text());
    }
    throw new NoSuchFileException(first.text());
  }

  /**
   * The same of a checkpoint that may lack files and tensors that its index names: {@link #missing}
   * says which.
   */
  public static Checkpoint openPartly(Path path) throws IOException, MalformedSafetensorsException {
    List<Path> files = Files.isDirectory(path) ? CheckpointFolder.files(path) : List.of(path);
    if (files.get(0).toString().endsWith(INDEX_SUFFIX)) {
      return sharded(files.get(0));
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Path each : files) {
      SafetensorsFile file = SafetensorsFile.open(each);
      for (TensorEntry entry : file.tensors()) {
        Tensor other = tensors.put(entry.name(), new Tensor(entry, file));
        if (other != null) {
          throw new MalformedSafetensorsException(
              "tensor %s is both in %s and in %s: name the file that is meant"
                  .formatted(OneLine.quoted(entry.name()), other.file().path(), each));
        }
      }
    }
    return new Checkpoint(files.get(0), List.copyOf(tensors.values()), List.of());
  }

  private static Checkpoint sharded(Path index) throws IOException, MalformedSafetensorsException {
    List<Tensor> tensors = new ArrayList<>();
    List<Missing> missing = new ArrayList<>();
    for (Map.Entry<String, Set<String>> shard : ShardIndex.read(index).entrySet()) {
      Path path = index.resolveSibling(shard.getKey());
      Set<String> wanted = shard.getValue();
      if (Files.notExists(path)) {
        missing.add(new Missing(index, path, false, List.copyOf(wanted)));
        continue;
      }
      SafetensorsFile file = SafetensorsFile.open(path);
      Set<String> unseen = new LinkedHashSet<>(wanted);
      for (TensorEntry entry : file.tensors()) {
        if (wanted.contains(entry.name())) {
          tensors.add(new Tensor(entry, file));
          unseen.remove(entry.name());
        }
      }
      if (!unseen.isEmpty()) {
        missing.add(new Missing(index, file.path(), true, List.copyOf(unseen)));
      }
    }
    return new Checkpoint(index, tensors, missing);
  }

  /** The file or the index that was read, of several files the first. */
  public Path path() {
    return path;
  }

  /** What the index names and is not there. */
  public List<Missing> missing() {
    return missing;
  }

  /**
   * The tensors in the order of the file's header; with an index, file by file in the order of the
   * files' names. What a file holds beyond the index is not part of the checkpoint.
   */
  public List<Tensor> tensors() {
    return tensors;
  }
}
