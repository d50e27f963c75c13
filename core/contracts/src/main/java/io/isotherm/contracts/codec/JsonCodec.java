package io.isotherm.contracts.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.cloudevents.CloudEventContext;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.isotherm.checks.OneLine;
import io.isotherm.contracts.Topic;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Writes and reads the messages of one topic whose body is JSON; {@link Messages} has them all.
 *
 * @param <T> the message
 */
public final class JsonCodec<T> {

  private static final String CONTENT_TYPE = "application/json";

  private final Topic topic;
  private final String type;
  private final Function<T, String> source;
  private final Class<T> messageType;
  private final Function<T, String> run;
  private final BiFunction<T, byte[], String> id;

  JsonCodec(
      Topic topic,
      String type,
      String source,
      Class<T> messageType,
      Function<T, String> run,
      BiFunction<T, byte[], String> id) {
    this(topic, type, message -> source, messageType, run, id);
  }

  /** Of messages that several services write. */
  JsonCodec(
      Topic topic,
      String type,
      Function<T, String> source,
      Class<T> messageType,
      Function<T, String> run,
      BiFunction<T, byte[], String> id) {
    this.topic = topic;
    this.type = type;
    this.source = source;
    this.messageType = messageType;
    this.run = run;
    this.id = id;
  }

  /** The topic that carries these messages. */
  public Topic topic() {
    return topic;
  }

  /** The CloudEvents type, for example {@code io.isotherm.decision.v1}. */
  public String type() {
    return type;
  }

  /** The record that carries {@code message}, keyed by its run. Equal messages give equal bytes. */
  public WireRecord encode(T message) {
    byte[] value;
    try {
      value = Json.MAPPER.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    var event =
        CloudEventBuilder.v1()
            .withId(id.apply(message, value))
            .withSource(URI.create(source.apply(message)))
            .withType(type)
            .withSubject(run.apply(message))
            .withDataContentType(CONTENT_TYPE)
            .build();
    return new WireRecord(topic, run.apply(message), CloudEventHeaders.write(event), value);
  }

  /**
   * Reads a record.
   *
   * @param key of the record, which must be the message's run
   * @throws InvalidMessageException with one line that says what is wrong, if anything is
   */
  public T decode(String key, HeaderSource headers, byte[] value) throws InvalidMessageException {
    CloudEventContext event = CloudEventHeaders.read(headers);
    CloudEventHeaders.require(event, type, CONTENT_TYPE);
    if (value == null) {
      throw new InvalidMessageException("the value is missing");
    }
    T message;
    try {
      // Decoded here, because a JSON parser left alone with bytes also takes UTF-16 and UTF-32.
      String json = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      message = Json.read(json, messageType);
    } catch (InvalidJsonException e) {
      throw new InvalidMessageException(e.getMessage(), e);
    } catch (CharacterCodingException e) {
      throw new InvalidMessageException("the value is not UTF-8", e);
    }
    if (message == null) {
      throw new InvalidMessageException("the value is null");
    }
    if (!run.apply(message).equals(key)) {
      throw new InvalidMessageException(
          "key %s does not match run '%s'".formatted(OneLine.quoted(key), run.apply(message)));
    }
    return message;
  }
}
