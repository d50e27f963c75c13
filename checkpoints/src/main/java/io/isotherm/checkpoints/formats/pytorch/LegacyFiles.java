package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checkpoints.formats.HeaderInput;
import io.isotherm.checkpoints.formats.MalformedFileException;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Items;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Plain;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Storage;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Table;
import io.isotherm.checkpoints.formats.pytorch.PickleValue.Text;
import io.isotherm.checks.OneLine;
import io.isotherm.safetensors.FileRange;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files of {@code torch.save} before PyTorch 1.6: one pickle after the other (a magic number, a
 * version, the machine, the value, the keys of the storages), then the storages in the order of
 * their keys, each behind the number of its elements.
 */
final class LegacyFiles {

  /** 0x1950a86a20f9469cfc6c, as it stands in the first pickle. */
  private static final String MAGIC =
      new String(
          new byte[] {
            0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19
          },
          StandardCharsets.ISO_8859_1);

  private static final int PROTO = 0x80;

  private LegacyFiles() {}

  /** Whether a file that begins with these bytes is one. */
  static boolean begins(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    return !text.isEmpty() && text.charAt(0) == PROTO && text.contains(MAGIC);
  }

  /** Reads the pickles of a file, and finds its storages. */
  static SavedValue read(FileRange file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file.path()))) {
      HeaderInput pickles = new HeaderInput("pickle", in, file.length());
      PickleMachine.run(pickles);
      PickleMachine.run(pickles);
      if (PickleMachine.run(pickles) instanceof Table machine
          && machine.entries().get("little_endian") == Plain.FALSE) {
        throw new MalformedFileException(
            "its byte order must be little; save it on a little-endian machine");
      }
      PickleValue root = PickleMachine.run(pickles);
      if (!(PickleMachine.run(pickles) instanceof Items keys)) {
        throw new MalformedFileException("the file has no list of its storages");
      }
      Map<String, Storage> storages = storages(root);
      Map<String, FileRange> ranges = ranges(file, pickles.position(), keys.values(), storages);
      return new SavedValue(root, storage -> find(ranges, storage));
    }
  }

  /** What the pickle says of the storages; their sizes in the file are in its words. */
  private static Map<String, Storage> storages(PickleValue root) throws MalformedFileException {
    Map<String, Storage> storages = new HashMap<>();
    Set<PickleValue> all = Reachable.from(root);
    for (PickleValue value : all) {
      if (value instanceof Storage storage) {
        storages.put(storage.key(), storage);
      }
    }
    return storages;
  }

  private static Map<String, FileRange> ranges(
      FileRange file, long begin, List<PickleValue> keys, Map<String, Storage> storages)
      throws IOException {
    Map<String, FileRange> ranges = new LinkedHashMap<>();
    long at = begin;
    for (PickleValue each : keys) {
      Storage storage = each instanceof Text key ? storages.get(key.value()) : null;
      if (storage == null) {
        throw new MalformedFileException(
            "the file has a storage of which nothing is known, and no place where it ends");
      }
      if (at > file.length() - Long.BYTES) {
        throw truncated(storage);
      }
      ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      file.read(at, count, "the size of a storage");
      at += Long.BYTES;
      if (count.getLong(0) != storage.count()) {
        throw new MalformedFileException(
            "storage %s must have %d numbers, got: %d"
                .formatted(OneLine.quoted(storage.key()), storage.count(), count.getLong(0)));
      }
      if (storage.count() > (file.length() - at) / storage.type().bytes()) {
        throw truncated(storage);
      }
      long end = at + storage.count() * storage.type().bytes();
      ranges.put(storage.key(), new FileRange(file.path(), at, end));
      at = end;
    }
    return ranges;
  }

  private static MalformedFileException truncated(Storage storage) {
    return new MalformedFileException(
        "storage %s of %d numbers (%s) ends behind the file: truncated"
            .formatted(OneLine.quoted(storage.key()), storage.count(), storage.type().label()));
  }

  private static StorageBytes find(Map<String, FileRange> ranges, Storage storage)
      throws MalformedFileException {
    FileRange range = ranges.get(storage.key());
    if (range == null) {
      throw new MalformedFileException(
          "storage %s is not in the file".formatted(OneLine.quoted(storage.key())));
    }
    SavedValue.requireLength(storage, range.length());
    return new InPlace(range);
  }

  /** A storage that is a range of the file. */
  private record InPlace(FileRange range) implements StorageBytes {
    @Override
    public long length() {
      return range.length();
    }

    @Override
    public Open open() {
      return new Open() {
        @Override
        public void read(long from, ByteBuffer target) throws IOException {
          range.read(from, target, "a storage");
        }

        @Override
        public void close() {
          // The range is opened for each read.
        }
      };
    }
  }
}
