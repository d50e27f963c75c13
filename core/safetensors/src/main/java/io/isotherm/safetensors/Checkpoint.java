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

/** The weights of a network in one file, or in several with an index. */
public final class Checkpoint {

  private static final TensorFormat SAFETENSORS = new SafetensorsFormat();
  private static final String INDEX_SUFFIX = ".json";

  /**
   * A tensor and the file that holds it.
   *
   * @param entry what the file's header says of it
   * @param file to read it from
   */
  public record Tensor(TensorEntry entry, TensorFile file) {

    /** As {@link TensorFile#read}. */
    public SafeTensor read(ByteBuffer buffer) throws IOException {
      return file.read(entry, buffer);
    }

    /** As {@link TensorFile#readBytes}. */
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
  private final List<String> notes;

  private Checkpoint(Path path, List<Tensor> tensors, List<Missing> missing, List<String> notes) {
    this.path = path;
    this.tensors = List.copyOf(tensors);
    this.missing = List.copyOf(missing);
    this.notes = List.copyOf(notes);
  }

  /**
   * Reads the header of a file, or of all the files that an index names, or of those in a folder.
   *
   * @param path of a file, of an index if its name ends in {@code .json}, or of a folder with one
   *     checkpoint, Hugging Face's cache of a model included
   * @param others formats that are read besides safetensors, the preferred one first
   * @throws MalformedSafetensorsException with one line that names the file, if anything is wrong
   *     with its content, or if the index and its files do not agree
   * @throws IOException with one line that names the file, if it is not there or cannot be read
   */
  public static Checkpoint open(Path path, TensorFormat... others)
      throws IOException, MalformedSafetensorsException {
    Checkpoint checkpoint = openPartly(path, others);
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
  public static Checkpoint openPartly(Path path, TensorFormat... others)
      throws IOException, MalformedSafetensorsException {
    List<TensorFormat> formats = new ArrayList<>(List.of(SAFETENSORS));
    formats.addAll(List.of(others));
    CheckpointFolder.Found found =
        Files.isDirectory(path)
            ? CheckpointFolder.find(path, formats)
            : new CheckpointFolder.Found(List.of(path), List.of());
    List<String> notes = new ArrayList<>(found.notes());
    if (found.files().get(0).toString().endsWith(INDEX_SUFFIX)) {
      return sharded(found.files().get(0), formats, notes);
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Path each : found.files()) {
      TensorFile file = openFile(each, formats);
      notes.addAll(file.notes());
      for (TensorEntry entry : file.tensors()) {
        Tensor other = tensors.put(entry.name(), new Tensor(entry, file));
        if (other != null) {
          throw new MalformedSafetensorsException(
              "tensor %s is both in %s and in %s: name the file that is meant"
                  .formatted(OneLine.quoted(entry.name()), other.file().path(), each));
        }
      }
    }
    return new Checkpoint(found.files().get(0), List.copyOf(tensors.values()), List.of(), notes);
  }

  private static TensorFile openFile(Path path, List<TensorFormat> formats)
      throws IOException, MalformedSafetensorsException {
    byte[] start = FileRange.of(path).start(TensorFormat.START_BYTES);
    for (TensorFormat format : formats) {
      if (format.begins(start)) {
        return format.open(path);
      }
    }
    return SAFETENSORS.open(path);
  }

  private static Checkpoint sharded(Path index, List<TensorFormat> formats, List<String> notes)
      throws IOException, MalformedSafetensorsException {
    List<Tensor> tensors = new ArrayList<>();
    List<Missing> missing = new ArrayList<>();
    for (Map.Entry<String, Set<String>> shard : ShardIndex.read(index).entrySet()) {
      Path path = index.resolveSibling(shard.getKey());
      Set<String> wanted = shard.getValue();
      if (Files.notExists(path)) {
        missing.add(new Missing(index, path, false, List.copyOf(wanted)));
        continue;
      }
      TensorFile file = openFile(path, formats);
      notes.addAll(file.notes());
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
    return new Checkpoint(index, tensors, missing, notes);
  }

  /** The file or the index that was read, of several files the first. */
  public Path path() {
    return path;
  }

  /** What the index names and is not there. */
  public List<Missing> missing() {
    return missing;
  }

  /** What was chosen or left out when the files were opened, one line each. */
  public List<String> notes() {
    return notes;
  }

  /**
   * The tensors in the order of the file's header; with an index, file by file in the order of the
   * files' names. What a file holds beyond the index is not part of the checkpoint.
   */
  public List<Tensor> tensors() {
    return tensors;
  }
}
