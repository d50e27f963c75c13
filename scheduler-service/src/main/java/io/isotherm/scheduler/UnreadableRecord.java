package io.isotherm.scheduler;

import io.isotherm.contracts.codec.DeadLetters;
import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.WireRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** A record that cannot be read, as it came. */
@SuppressWarnings("ArrayRecordComponent") // It is only passed on.
record UnreadableRecord(RecordMetadata from, String key, HeaderSource headers, byte[] value) {

  /** With less than this, a dead letter fits into a broker's default limits. */
  private static final int MAX_BYTES = 900_000;

  /** As the record came, or without key, headers and value where those are too large. */
  WireRecord deadLetter(String reason) {
    long size = size();
    return size <= MAX_BYTES
        ? DeadLetters.encode(
            from.topic(), from.partition(), from.offset(), key, headers, value, reason)
        : DeadLetters.encode(
            from.topic(),
            from.partition(),
            from.offset(),
            null,
            sink -> {},
            null,
            "%s (its %d bytes are left out)".formatted(reason, size));
  }

  private long size() {
    long[] size = {value == null ? 0 : value.length};
    size[0] += key == null ? 0 : key.length();
    headers.forEach((name, bytes) -> size[0] += name.length() + (bytes == null ? 0 : bytes.length));
    return size[0];
  }
}
