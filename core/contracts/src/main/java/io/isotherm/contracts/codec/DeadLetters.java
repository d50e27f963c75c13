package io.isotherm.contracts.codec;

import io.isotherm.checks.OneLine;
import io.isotherm.contracts.Topic;
import java.util.LinkedHashMap;
import java.util.Map;

/** Records for {@code isotherm.dead-letters}: what came, as it came, with the reason in headers. */
public final class DeadLetters {

  /** Header: one line that says what is wrong. */
  public static final String REASON = "dead-letter-reason";

  /** Header: the topic that the record came from. */
  public static final String TOPIC = "dead-letter-topic";

  /** Header: its partition there. */
  public static final String PARTITION = "dead-letter-partition";

  /** Header: its offset there. */
  public static final String OFFSET = "dead-letter-offset";

  private static final byte[] NO_VALUE = new byte[0];

  private DeadLetters() {}

  /**
   * The dead letter of a record.
   *
   * @param key of the record; a record without a key goes under {@code topic-partition}
   * @param value of the record; an empty one if it had none
   */
  public static WireRecord encode(
      String topic,
      int partition,
      long offset,
      String key,
      HeaderSource headers,
      byte[] value,
      String reason) {
    Map<String, byte[]> all = new LinkedHashMap<>();
    headers.forEach((name, bytes) -> all.put(name, bytes == null ? NO_VALUE : bytes));
    return new WireRecord(
            Topic.DEAD_LETTERS,
            key == null || key.isBlank() ? topic + "-" + partition : key,
            all,
            value == null ? NO_VALUE : value)
        .withHeader(REASON, OneLine.of(reason))
        .withHeader(TOPIC, topic)
        .withHeader(PARTITION, Integer.toString(partition))
        .withHeader(OFFSET, Long.toString(offset));
  }
}
