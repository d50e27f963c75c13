package io.isotherm.checkpoints.formats.pytorch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Files of {@code torch.save}: some that it wrote, and some that it never would. */
final class SavedFiles {

  private SavedFiles() {}

  /** One that {@code src/test/python/saved_files.py} wrote. */
  static Path resource(String name) throws Exception {
    return Path.of(SavedFiles.class.getResource("/formats/pytorch/" + name).toURI());
  }

  /** The entries of an archive by their names. */
  static Map<String, byte[]> entries(Path archive) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        try (InputStream in = zip.getInputStream(entry)) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  /** Writes an archive whose entries are not compressed. */
  static Path write(Path archive, Map<String, byte[]> entries) throws IOException {
    try (OutputStream out = Files.newOutputStream(archive);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> each : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(each.getKey());
        CRC32 sum = new CRC32();
        sum.update(each.getValue());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(each.getValue().length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(each.getValue());
      }
    }
    return archive;
  }

  /** Writes an archive with this pickle and storage {@code 0} of 16 bytes. */
  static Path write(Path archive, byte[] pickle) throws IOException {
    return write(archive, Map.of("a/data.pkl", pickle, "a/data/0", new byte[16]));
  }

  /** The bytes of a pickle; each character is one byte. */
  static byte[] pickle(String opcodes) {
    return opcodes.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Opcodes of a tensor in storage {@code 0}, whose four floats it may lie beyond. */
  static String tensor(String key, int offset, String sizes, String strides) {
    return "ctorch._utils\n_rebuild_tensor_v2\n(("
        + text("storage")
        + "ctorch\nFloatStorage\n"
        + text(key)
        + text("cpu")
        + "K\4tQK"
        + (char) offset
        + sizes
        + strides
        + "\u0089NtR";
  }

  /** Opcodes of a string. */
  static String text(String text) {
    return "X" + (char) text.length() + "\0\0\0" + text;
  }
}
