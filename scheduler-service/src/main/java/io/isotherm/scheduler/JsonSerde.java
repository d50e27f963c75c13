package io.isotherm.scheduler;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.methods.json.Json;
import java.io.IOException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Values of a state store and its changelog as JSON.
 *
 * @param type of the values
 * @param what they are, for error messages
 */
record JsonSerde<T>(Class<T> type, String what) implements Serde<T> {

  @Override
  public Serializer<T> serializer() {
    return (topic, value) -> {
      try {
        return value == null ? null : Json.MAPPER.writeValueAsBytes(value);
      } catch (JsonProcessingException e) {
        throw new SerializationException(what + " cannot be written: " + e.getMessage(), e);
      }
    };
  }

  @Override
  public Deserializer<T> deserializer() {
    return (topic, bytes) -> {
      try {
        return bytes == null ? null : Json.MAPPER.readValue(bytes, type);
      } catch (IOException e) {
        throw new SerializationException(
            "%s in %s cannot be read: %s".formatted(what, topic, e.getMessage()), e);
      }
    };
  }
}
