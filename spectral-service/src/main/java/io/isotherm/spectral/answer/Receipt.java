package io.isotherm.spectral.answer;

import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.WireRecord;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where a record came from and what acknowledges it. Holds the record's headers, not its value.
 *
 * @param topic of the record
 * @param partition of the record
 * @param offset of the record
 * @param key of the record, null if it had none
 * @param headers of the record
 * @param acknowledge tells Kafka that the record is done; may be called from any thread
 */
public record Receipt(
    String topic,
    int partition,
    long offset,
    String key,
    HeaderSource headers,
    Runnable acknowledge) {

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
