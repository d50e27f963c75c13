package io.isotherm.kafka.records;

import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.WireRecord;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Turns records of the contracts into those of Kafka's clients, and back. */
public final class KafkaRecords {

  private KafkaRecords() {}

  /** The record for a producer with text keys; the partition is the key's. */
  public static ProducerRecord<String, byte[]> toSend(WireRecord record) {
    return new ProducerRecord<>(
        record.topic().topicName(), null, record.key(), record.value(), headers(record));
  }

  /** The same for a producer with keys of bytes. */
  public static ProducerRecord<byte[], byte[]> toSendBytes(WireRecord record) {
    return new ProducerRecord<>(
        record.topic().topicName(),
        null,
        record.key().getBytes(StandardCharsets.UTF_8),
        record.value(),
        headers(record));
  }

  /** The headers of a record to be sent, in its order. */
  public static Headers headers(WireRecord record) {
    RecordHeaders headers = new RecordHeaders();
    record.headers().forEach(headers::add);
    return headers;
  }

  /** The headers of a received record, for a codec. */
  public static HeaderSource headers(Headers received) {
    return sink -> received.forEach(header -> sink.accept(header.key(), header.value()));
  }

  /**
   * Reads a received message.
   *
   * @throws InvalidMessageException if the record is not what the codec's topic carries
   */
  public static <T> T decode(JsonCodec<T> codec, ConsumerRecord<String, byte[]> record)
      throws InvalidMessageException {
    return codec.decode(record.key(), headers(record.headers()), record.value());
  }
}
