package io.isotherm.checkpoints.formats.gguf;

import io.isotherm.checkpoints.formats.HeaderInput;
import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.FileRange;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.safetensors.TensorFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A GGUF file. */
final class GgufFile implements TensorFile {

  private final FileRange file;
  private final List<TensorEntry> tensors;
  private final List<String> notes;

  private GgufFile(FileRange file, List<TensorEntry> tensors, List<String> notes) {
    this.file = file;
    this.tensors = List.copyOf(tensors);
    this.notes = List.copyOf(notes);
  }

  /**
   * Reads the header and checks it against the file's length.
   *
   * @throws IOException with one line that names the file, if it is not there, cannot be read, or
   *     is not what it should be
   */
  static GgufFile open(Path path) throws IOException {
    FileRange file = FileRange.of(path);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
      GgufHeader header = GgufHeader.read(new HeaderInput("header", in, file.length()));
      long dataStart = header.dataStart();
      List<TensorEntry> tensors = new ArrayList<>();
      Set<String> names = new HashSet<>();
      for (GgufHeader.Described tensor : header.tensors()) {
        if (!names.add(tensor.name())) {
          throw new MalformedFileException(
              "the names of two tensors are both " + OneLine.quoted(tensor.name()));
        }
        tensors.add(entry(tensor, dataStart, file.length()));
      }
      requireApart(tensors);
      return new GgufFile(
          file, tensors, header.part().map(part -> path + " is " + part).stream().toList());
    } catch (MalformedFileException e) {
      throw new MalformedFileException(path + ": " + e.getMessage(), e);
    }
  }

  private static TensorEntry entry(GgufHeader.Described tensor, long dataStart, long fileBytes)
      throws MalformedFileException {
    String name = OneLine.quoted(tensor.name());
    if (tensor.name().equals("__metadata__")) {
      throw new MalformedFileException("a tensor must not be named " + name);
    }
    try {
      Optional<GgmlType> type = GgmlType.of(tensor.type());
      long begin = Math.addExact(dataStart, tensor.offset());
      long end = type.isEmpty() ? begin : Math.addExact(begin, bytes(tensor, type.get()));
      if (end > fileBytes) {
        throw new MalformedFileException(
            "tensor %s ends at byte %d of the file, of which there are only %d: truncated, or a wrong"
                    .formatted(name, end, fileBytes)
                + " header");
      }
      return new TensorEntry(
          tensor.name(),
          type.map(GgmlType::name).orElse("GGML_" + tensor.type()),
          tensor.shape(),
          begin,
          end);
    } catch (ArithmeticException e) {
      throw new MalformedFileException(
          "shape %s or offset %d of tensor %s overflows"
              .formatted(tensor.shape(), tensor.offset(), name),
          e);
    }
  }

  private static long bytes(GgufHeader.Described tensor, GgmlType type)
      throws MalformedFileException {
    long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
    long row = tensor.shape().isEmpty() ? 1 : tensor.shape().get(tensor.shape().size() - 1);
    if (row % type.elements() != 0) {
      throw new MalformedFileException(
          "rows of tensor %s must be whole blocks of %d (%s), got shape: %s"
              .formatted(
                  OneLine.quoted(tensor.name()), type.elements(), type.name(), tensor.shape()));
    }
    return Math.multiplyExact(count / type.elements(), type.bytes());
  }

  /** Tensors over each other would let a small file claim much. */
  private static void requireApart(List<TensorEntry> tensors) throws MalformedFileException {
    List<TensorEntry> ascending = new ArrayList<>(tensors);
    ascending.sort(
        Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
    for (int i = 1; i < ascending.size(); i++) {
      TensorEntry before = ascending.get(i - 1);
      TensorEntry tensor = ascending.get(i);
      if (tensor.begin() < before.end()) {
        throw new MalformedFileException(
            "tensor %s begins at byte %d of the file, inside tensor %s"
                .formatted(
                    OneLine.quoted(tensor.name()), tensor.begin(), OneLine.quoted(before.name())));
      }
    }
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public List<TensorEntry> tensors() {
    return tensors;
  }

  /** Converters keep PyTorch's order of axes. */
  @Override
  public Map<String, String> metadata() {
    return Map.of("format", "pt");
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public void readBytes(TensorEntry tensor, long from, ByteBuffer target) throws IOException {
    TensorFile.requireInside(tensor, from, target);
    file.read(tensor.begin() + from, target, "tensor '%s'".formatted(tensor.name()));
  }
}
