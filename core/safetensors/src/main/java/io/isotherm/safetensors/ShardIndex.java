package io.isotherm.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.isotherm.checks.OneLine;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads the index of a sharded checkpoint: which tensor is in which file of the same folder. */
final class ShardIndex {

  private static final String WEIGHT_MAP = "weight_map";

  private final JsonParser json;
  private final Map<String, Set<String>> tensorsByFile = new TreeMap<>();
  private boolean found;

  private ShardIndex(JsonParser json) {
    this.json = json;
  }

  /**
   * The names of the tensors by the name of their file, which is one of the index's own folder.
   *
   * @throws MalformedSafetensorsException with one line that names the index, if it is none
   * @throws IOException with one line if it cannot be read
   */
  static Map<String, Set<String>> read(Path index)
      throws IOException, MalformedSafetensorsException {
    FileRange.requireRegularFile(index);
    if (Files.size(index) > SafetensorsFile.MAX_HEADER_BYTES) {
      throw new MalformedSafetensorsException(
          "%s: an index must have at most %d bytes, got: %d"
              .formatted(index, SafetensorsFile.MAX_HEADER_BYTES, Files.size(index)));
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(index))) {
      in.mark(ForeignFormat.START_BYTES);
      Optional<String> page = ForeignFormat.page(in.readNBytes(ForeignFormat.START_BYTES));
      if (page.isPresent()) {
        throw new MalformedSafetensorsException(page.get());
      }
      in.reset();
      return StrictJson.read("index", in, parser -> new ShardIndex(parser).index());
    } catch (MalformedSafetensorsException e) {
      throw new MalformedSafetensorsException(index + ": " + e.getMessage(), e);
    }
  }

  private Map<String, Set<String>> index() throws IOException, MalformedSafetensorsException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new MalformedSafetensorsException("index must be an object with a " + WEIGHT_MAP);
    }
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      json.nextToken();
      if (field.equals(WEIGHT_MAP)) {
        readWeightMap();
      } else {
        json.skipChildren();
      }
    }
    if (!found) {
      throw new MalformedSafetensorsException("index must have a " + WEIGHT_MAP + ", found none");
    }
    return tensorsByFile;
  }

  private void readWeightMap() throws IOException, MalformedSafetensorsException {
    found = true;
    if (!json.isExpectedStartObjectToken()) {
      throw new MalformedSafetensorsException(WEIGHT_MAP + " must be an object");
    }
    int count = 0;
    for (String tensor = json.nextFieldName(); tensor != null; tensor = json.nextFieldName()) {
      String where = "%s of tensor %s".formatted(WEIGHT_MAP, OneLine.quoted(tensor));
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw new MalformedSafetensorsException(where + " must be the name of a file");
      }
      if (++count > TensorFormat.MAX_TENSORS) {
        throw new MalformedSafetensorsException(
            "%s must name at most %d tensors, got more"
                .formatted(WEIGHT_MAP, TensorFormat.MAX_TENSORS));
      }
      tensorsByFile
          .computeIfAbsent(fileName(where, json.getText()), name -> new LinkedHashSet<>())
          .add(tensor);
    }
  }

  /** An index that leads out of its folder is not believed. */
  private static String fileName(String where, String name) throws MalformedSafetensorsException {
    if (!isPlain(name)) {
      throw new MalformedSafetensorsException(
          "%s must be a file in the index's own folder, got: %s"
              .formatted(where, OneLine.quoted(name)));
    }
    return name;
  }

  private static boolean isPlain(String name) {
    try {
      Path path = Path.of(name);
      return path.getNameCount() == 1
          && !path.isAbsolute()
          && !name.isBlank()
          && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':')
          && !name.equals(".")
          && !name.equals("..");
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
