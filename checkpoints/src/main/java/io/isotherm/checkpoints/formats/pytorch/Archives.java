package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checkpoints.formats.HeaderInput;
import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Storage;
import io.isotherm.checks.OneLine;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The zip archives of {@code torch.save}: {@code NAME/data.pkl}, one entry {@code NAME/data/KEY}
 * for each storage, and {@code NAME/byteorder}.
 */
final class Archives {

  private static final String PICKLE = "/data.pkl";

  private Archives() {}

  /** Reads the pickle of an archive, and finds its storages. */
  static SavedValue read(Path path) throws IOException {
    try (ZipFile zip = open(path)) {
      Map<String, ZipEntry> entries = entries(zip, Files.size(path));
      String folder = folder(entries);
      requireLittleEndian(zip, entries.get(folder + "/byteorder"));
      ZipEntry pickle = entries.get(folder + PICKLE);
      PickleValue root;
      try (InputStream in = new BufferedInputStream(zip.getInputStream(pickle))) {
        root = PickleMachine.run(new HeaderInput("pickle", in, pickle.getSize()));
      }
      return new SavedValue(root, storage -> find(path, entries, folder, storage));
    }
  }

  /** Opens an archive, whose reader has messages of its own. */
  static ZipFile open(Path path) throws IOException {
    try {
      return new ZipFile(path.toFile());
    } catch (ZipException e) {
      throw new MalformedFileException(
          "it is no whole zip archive (%s): truncated?".formatted(OneLine.first(e.getMessage())),
          e);
    }
  }

  /** Entries that lie over each other would let a small file claim much. */
  private static Map<String, ZipEntry> entries(ZipFile zip, long fileBytes)
      throws MalformedFileException {
    Map<String, ZipEntry> entries = new HashMap<>();
    long claimed = 0;
    for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
      if (entries.put(entry.getName(), entry) != null) {
        throw new MalformedFileException(
            "the archive has two entries " + OneLine.quoted(entry.getName()));
      }
      claimed += Math.max(0, entry.getCompressedSize());
      if (claimed < 0 || claimed > fileBytes) {
        throw new MalformedFileException(
            "the archive's entries claim more than the %d bytes that it has".formatted(fileBytes));
      }
    }
    return entries;
  }

  private static String folder(Map<String, ZipEntry> entries) throws MalformedFileException {
    List<String> folders = new ArrayList<>();
    for (String name : entries.keySet()) {
      if (name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length()) {
        folders.add(name.substring(0, name.indexOf('/')));
      }
    }
    if (folders.size() != 1) {
      throw new MalformedFileException(
          "it is a zip archive with %d data.pkl, and torch.save writes one"
              .formatted(folders.size()));
    }
    String folder = folders.get(0);
    if (entries.containsKey(folder + "/constants.pkl")) {
      throw new MalformedFileException(
          "it is a TorchScript program, of which no code is run: save the network's state_dict()");
    }
    return folder;
  }

  private static void requireLittleEndian(ZipFile zip, ZipEntry entry) throws IOException {
    if (entry == null) {
      return;
    }
    try (InputStream in = zip.getInputStream(entry)) {
      String order = new String(in.readNBytes(16), StandardCharsets.UTF_8);
      if (!order.equals("little")) {
        throw new MalformedFileException(
            "its byte order must be little, got: %s; save it on a little-endian machine"
                .formatted(OneLine.quoted(order)));
      }
    }
  }

  private static StorageBytes find(
      Path path, Map<String, ZipEntry> entries, String folder, Storage storage)
      throws MalformedFileException {
    String name = folder + "/data/" + storage.key();
    ZipEntry entry = entries.get(name);
    if (entry == null) {
      throw new MalformedFileException(
          "storage %s is not in the archive".formatted(OneLine.quoted(storage.key())));
    }
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
      throw new MalformedFileException(
          "storage %s is compressed, which torch.save does not: save it again"
              .formatted(OneLine.quoted(storage.key())));
    }
    SavedValue.requireLength(storage, entry.getSize());
    return new ArchivedStorage(path, name, entry.getSize());
  }
}
