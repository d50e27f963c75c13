package io.isotherm.scheduler;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.contracts.codec.Json;
import io.isotherm.scheduler.rules.RunState;
import java.io.IOException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** A run's state as JSON in the state store and its changelog; {@code version} comes first. */
final class RunStateSerde implements Serde<RunState> {

  @Override
  public Serializer<RunState> serializer() {
    return (topic, state) -> {
      try {
        return state == null ? null : Json.MAPPER.writeValueAsBytes(state);
      } catch (JsonProcessingException e) {
        throw new SerializationException("a run's state cannot be written: " + e.getMessage(), e);
      }
    };
  }

  @Override
  public Deserializer<RunState> deserializer() {
    return (topic, bytes) -> {
      try {
        return bytes == null ? null : Json.MAPPER.readValue(bytes, RunState.class);
      } catch (IOException e) {
        throw new SerializationException(
            "a run's state in %s cannot be read: %s".formatted(topic, e.getMessage()), e);
      }
    };
  }
}
