package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.FileRange;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.safetensors.TensorFile;
import io.isotherm.safetensors.TensorFormat;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;

/** A file that {@code torch.save} has written. */
final class PyTorchFile implements TensorFile {

  private final Path path;
  private final Map<String, StridedView> views;
  private final List<String> notes;

  private PyTorchFile(Path path, Map<String, StridedView> views, List<String> notes) {
    this.path = path;
    this.views = views;
    this.notes = List.copyOf(notes);
  }

  /**
   * Reads the pickle and finds the tensors' bytes.
   *
   * @throws IOException with one line that names the file, if it is not there, cannot be read, or
   *     is not what it should be
   */
  static PyTorchFile open(Path path) throws IOException {
    FileRange file = FileRange.of(path);
    try {
      SavedValue saved =
          LegacyFiles.begins(file.start(TensorFormat.START_BYTES))
              ? LegacyFiles.read(file)
              : Archives.read(path);
      StateDict dict = StateDict.of(saved.root());
      List<String> notes = new ArrayList<>(dict.notes());
      Map<String, StridedView> views = views(dict, saved.storages(), notes);
      return new PyTorchFile(path, views, notes.stream().map(note -> path + ": " + note).toList());
    } catch (MalformedFileException e) {
      throw new MalformedFileException(path + ": " + e.getMessage(), e);
    } catch (ZipException | EOFException e) {
      throw new MalformedFileException(
          "%s: an entry of the archive is broken (%s)"
              .formatted(path, OneLine.first(e.getMessage())),
          e);
    }
  }

  private static Map<String, StridedView> views(
      StateDict dict, SavedValue.Storages storages, List<String> notes)
      throws MalformedFileException {
    Map<PickleValue.Storage, StorageBytes> found = new HashMap<>();
    Map<String, StridedView> views = new LinkedHashMap<>();
    for (Map.Entry<String, PickleValue.Tensor> named : dict.tensors().entrySet()) {
      PickleValue.Storage storage = named.getValue().storage();
      StorageBytes bytes = found.get(storage);
      if (bytes == null) {
        bytes = storages.of(storage);
        found.put(storage, bytes);
      }
      StridedView view = StridedView.of(named.getKey(), named.getValue(), bytes);
      if (view.isExpanded()) {
        notes.add(
            "tensor %s repeats what is stored once (%s), and is left out"
                .formatted(OneLine.quoted(named.getKey()), view.entry().shape()));
      } else {
        views.put(named.getKey(), view);
      }
    }
    return views;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public List<TensorEntry> tensors() {
    return views.values().stream().map(StridedView::entry).toList();
  }

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
    views.get(tensor.name()).read(from, target);
  }
}
