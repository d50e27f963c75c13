package io.isotherm.contracts.codec;

import java.util.function.BiConsumer;

/**
 * The headers of a received record. For a Kafka consumer: {@code sink -> record.headers().forEach(h
 * -> sink.accept(h.key(), h.value()))}.
 */
@FunctionalInterface
public interface HeaderSource {

  /** Hands every header to {@code sink}, in the record's order; of equal names the last counts. */
  void forEach(BiConsumer<String, byte[]> sink);
}
