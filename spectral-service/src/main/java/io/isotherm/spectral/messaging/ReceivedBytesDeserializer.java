package io.isotherm.spectral.messaging;

import org.apache.kafka.common.serialization.Deserializer;

/** Wraps a record's value as it is. */
public final class ReceivedBytesDeserializer implements Deserializer<ReceivedBytes> {

  @Override
  public ReceivedBytes deserialize(String topic, byte[] data) {
    return new ReceivedBytes(data);
  }
}
