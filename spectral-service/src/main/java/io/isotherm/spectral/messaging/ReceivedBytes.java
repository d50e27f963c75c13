package io.isotherm.spectral.messaging;

/**
 * A record's value that can be taken out of the record. Records are held until they are
 * acknowledged, their bytes only until they are copied: otherwise every snapshot would be in memory
 * twice.
 */
public final class ReceivedBytes {

  private byte[] bytes;

  ReceivedBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The bytes, which are the caller's from now on; null the second time. */
  synchronized byte[] take() {
    byte[] taken = bytes;
    bytes = null;
    return taken;
  }
}
