package io.isotherm.spectral.answer;

import io.isotherm.contracts.codec.DeadLetters;
import io.isotherm.contracts.codec.WireRecord;

/**
 * A record that is put aside.
 *
 * @param kind for counting
 * @param receipt of the record
 * @param value of the record, null if it had none or if it is no longer kept
 * @param reason one line
 */
@SuppressWarnings("ArrayRecordComponent") // The bytes go out as they came; nobody compares them.
public record DeadLetter(Kind kind, Receipt receipt, byte[] value, String reason) {

  /** Key, headers and value together stay below a broker's and a producer's default limits. */
  static final int MAX_BYTES = 1_000_000;

  /** What is wrong, coarsely. */
  public enum Kind {
    /** The record is no chunk of a snapshot. */
    UNREADABLE,
    /** The chunk does not add up with the others or with the bound on a document. */
    REFUSED,
    /** The chunks give bytes that are no safetensors document with one tensor. */
    MALFORMED,
    /** Not all chunks came in time, or before a newer snapshot or the budget made an end. */
    INCOMPLETE
  }

  /** The record for the dead-letter topic; what is too large for it is left out, and said so. */
  public WireRecord encode() {
    WireRecord whole = encode(value, reason);
    long bytes = whole.key().length() + (long) whole.value().length;
    long headerBytes = 0;
    for (var header : whole.headers().entrySet()) {
      headerBytes += header.getKey().length() + header.getValue().length;
    }
    if (bytes + headerBytes <= MAX_BYTES) {
      return whole;
    }
    String shorter =
        reason + " (left out: value of " + (value == null ? 0 : value.length) + " bytes)";
    return headerBytes < MAX_BYTES / 2
        ? encode(null, shorter)
        : DeadLetters.encode(
            receipt.topic(),
            receipt.partition(),
            receipt.offset(),
            null,
            sink -> {},
            null,
            shorter.replace("value", "headers of %d bytes and value".formatted(headerBytes)));
  }

  private WireRecord encode(byte[] bytes, String why) {
    return DeadLetters.encode(
        receipt.topic(),
        receipt.partition(),
        receipt.offset(),
        receipt.key(),
        receipt.headers(),
        bytes,
        why);
  }
}
