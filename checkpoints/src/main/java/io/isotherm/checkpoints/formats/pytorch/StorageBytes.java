package io.isotherm.checkpoints.formats.pytorch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a storage's bytes are. */
interface StorageBytes {

  /** Bytes that can be read until this is closed. */
  interface Open extends Closeable {

    /**
     * Fills {@code target}; its position stays where it is.
     *
     * @param from offset in the storage; what is asked for lies inside
     */
    void read(long from, ByteBuffer target) throws IOException;
  }

  /** How many there are. */
  long length();

  /**
   * Opens them.
   *
   * @throws IOException with one line if the file cannot be read any more
   */
  Open open() throws IOException;
}
