package io.isotherm.spectral.answer;

import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.spectral.offsets.OwnedPartition;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where a record came from. Holds the record's headers, not its value.
 *
 * @param topic of the record
 * @param owned its partition
 * @param offset of the record
 * @param key of the record, null if it had none
 * @param headers of the record
 */
public record Receipt(
    String topic, OwnedPartition owned, long offset, String key, HeaderSource headers) {

  /** Number of the record's partition. */
  public int partition() {
    return owned.number();
  }

  /** The record has its answer. */
  public void acknowledge() {
    owned.answered(offset);
  }

  /** The record's trace context, if it has one. */
  public Optional<String> traceparent() {
    AtomicReference<String> found = new AtomicReference<>();
    headers.forEach(
        (name, value) -> {
          if (name.equals(WireRecord.TRACEPARENT) && value != null) {
            found.set(new String(value, StandardCharsets.UTF_8));
          }
        });
    return Optional.ofNullable(found.get());
  }
}
