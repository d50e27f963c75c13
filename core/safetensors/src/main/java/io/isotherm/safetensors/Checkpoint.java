package io.isotherm.safetensors;

import io.isotherm.checks.OneLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
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
  }

  private final List<Tensor> tensors;

  private Checkpoint(List<Tensor> tensors) {
    this.tensors = List.copyOf(tensors);
  }

  /**
   * Reads the header of a file, or of all the files that an index names.
   *
   * @param path of a safetensors file, or of an index if its name ends in {@code .json}
   * @throws MalformedSafetensorsException with one line that names the file, if anything is wrong
   *     with its content, or if the index and its files do not agree
   * @throws IOException with one line that names the file, if it is not there or cannot be read
   */
  public static Checkpoint open(Path path) throws IOException, MalformedSafetensorsException {
    if (path.toString().endsWith(INDEX_SUFFIX)) {
      return sharded(path);
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    return new Checkpoint(file.tensors().stream().map(entry -> new Tensor(entry, file)).toList());
  }

  private static Checkpoint sharded(Path index) throws IOException, MalformedSafetensorsException {
    List<Tensor> tensors = new ArrayList<>();
    for (Map.Entry<String, Set<String>> shard : ShardIndex.read(index).entrySet()) {
      SafetensorsFile file = SafetensorsFile.open(index.resolveSibling(shard.getKey()));
      Set<String> wanted = shard.getValue();
      Set<String> missing = new LinkedHashSet<>(wanted);
      for (TensorEntry entry : file.tensors()) {
        if (wanted.contains(entry.name())) {
          tensors.add(new Tensor(entry, file));
          missing.remove(entry.name());
        }
      }
      if (!missing.isEmpty()) {
        throw new MalformedSafetensorsException(
            "%s: tensor %s must be in %s, where it is not"
                .formatted(index, OneLine.quoted(missing.iterator().next()), file.path()));
      }
    }
    return new Checkpoint(tensors);
  }

  /**
   * The tensors in the order of the file's header; with an index, file by file in the order of the
   * files' names. What a file holds beyond the index is not part of the checkpoint.
   */
  public List<Tensor> tensors() {
    return tensors;
  }
}
