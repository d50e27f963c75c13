package io.isotherm.spectral.offsets;

import io.isotherm.contracts.codec.WireRecord;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Which records an outcome answers; stands in the outcome's headers.
 *
 * @param partition of {@code isotherm.snapshots}
 * @param lastOffset of the snapshot's last chunk that had come
 */
public record AnsweredRecords(int partition, long lastOffset) {

  /** Header: the partition, a decimal number. */
  public static final String PARTITION = "ce_snapshotpartition";

  /** Header: the offset of the last chunk, a decimal number. */
  public static final String OFFSET = "ce_snapshotoffset";

  /** The record with these headers. */
  public WireRecord on(WireRecord outcome) {
    return outcome
        .withHeader(PARTITION, Integer.toString(partition))
        .withHeader(OFFSET, Long.toString(lastOffset));
  }

  /** Reads the headers of an outcome; empty if it does not say, as older ones do not. */
  static Optional<AnsweredRecords> of(Headers headers) {
    Optional<Long> partition = number(headers.lastHeader(PARTITION));
    Optional<Long> offset = number(headers.lastHeader(OFFSET));
    return partition.isPresent() && offset.isPresent()
        ? Optional.of(new AnsweredRecords(partition.get().intValue(), offset.get()))
        : Optional.empty();
  }

  private static Optional<Long> number(Header header) {
    if (header == null || header.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Long.parseLong(new String(header.value(), StandardCharsets.UTF_8)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
