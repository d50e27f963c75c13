package io.isotherm.checkpoints.formats.pytorch;

import io.isotherm.checks.OneLine;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A storage that is an entry of a zip archive, not compressed, so that any part of it is read where
 * it stands.
 *
 * @param archive the file
 * @param name of the entry
 * @param length of the entry in bytes
 */
record ArchivedStorage(Path archive, String name, long length) implements StorageBytes {

  private static final int PIECE = 1 << 18;

  @Override
  public Open open() throws IOException {
    ZipFile zip = Archives.open(archive);
    ZipEntry entry = zip.getEntry(name);
    if (entry == null || entry.getSize() != length) {
      zip.close();
      throw gone();
    }
    return new Open() {
      @Override
      public void read(long from, ByteBuffer target) throws IOException {
        // The stream of an entry that is not compressed skips by counting.
        try (InputStream in = zip.getInputStream(entry)) {
          in.skipNBytes(from);
          fill(in, target);
        } catch (EOFException | ZipException e) {
          throw gone();
        }
      }

      @Override
      public void close() throws IOException {
        zip.close();
      }
    };
  }

  private static void fill(InputStream in, ByteBuffer target) throws IOException {
    byte[] piece = new byte[Math.min(PIECE, target.remaining())];
    int at = target.position();
    while (at < target.limit()) {
      int count = in.readNBytes(piece, 0, Math.min(piece.length, target.limit() - at));
      if (count == 0) {
        throw new EOFException();
      }
      target.put(at, piece, 0, count);
      at += count;
    }
  }

  private IOException gone() {
    return new EOFException(
        "%s: entry %s is no longer there, or broken".formatted(archive, OneLine.quoted(name)));
  }
}
