package io.isotherm.contracts.codec;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A record ready for a producer.
 *
 * @param topic where to
 * @param key decides the partition
 * @param headers in the order in which they are written
 * @param value not copied, so it must not be changed; null for a tombstone, and for nothing else
 */
@SuppressWarnings("ArrayRecordComponent") // A copy of every chunk would double the memory traffic.
public record WireRecord(Topic topic, String key, Map<String, byte[]> headers, byte[] value) {

  /** Name of the W3C trace context header, which is passed on from message to message. */
  public static final String TRACEPARENT = "traceparent";

  /** Checks that nothing is missing. */
  public WireRecord {
    Checks.requirePresent("topic of a record", topic);
    Checks.requireText("key of a record", key);
    headers =
        Collections.unmodifiableMap(
            new LinkedHashMap<>(Checks.requirePresent("headers of a record", headers)));
    if (topic != Topic.RUNS) {
      Checks.requirePresent("value of a record", value);
    }
  }

  /** The same record with one more header, or with another value of that header. */
  public WireRecord withHeader(String name, String text) {
    Map<String, byte[]> more = new LinkedHashMap<>(headers);
    more.put(name, text.getBytes(StandardCharsets.UTF_8));
    return new WireRecord(topic, key, more, value);
  }
}
