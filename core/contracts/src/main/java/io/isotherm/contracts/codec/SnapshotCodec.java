package io.isotherm.contracts.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.cloudevents.CloudEventContext;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.isotherm.checks.OneLine;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;

/**
 * The codec of {@code isotherm.snapshots}: the value is the chunk's bytes, everything else stands
 * in the headers as CloudEvents extensions.
 */
public final class SnapshotCodec {

  /** The CloudEvents type of a chunk. */
  public static final String TYPE = "io.isotherm.snapshot-chunk.v1";

  private static final URI SOURCE = URI.create("/isotherm/trainer");
  private static final String CONTENT_TYPE = "application/octet-stream";
  private static final String RUN = "run";
  private static final String INCARNATION = "incarnation";
  private static final String STEP = "step";
  private static final String EPOCH = "epoch";
  private static final String LAYER = "layer";
  private static final String ESTIMATOR = "estimator";
  private static final String CHUNK_INDEX = "chunkindex";
  private static final String CHUNK_COUNT = "chunkcount";
  private static final String TOTAL_BYTES = "totalbytes";
  private static final String CRC32C = "crc32c";

  private SnapshotCodec() {}

  /** The record that carries {@code chunk}, keyed by run and layer. */
  public static WireRecord encode(SnapshotChunk chunk) {
    SnapshotId id = chunk.id();
    CloudEventBuilder event =
        CloudEventBuilder.v1()
            .withId(id + ":" + chunk.index())
            .withSource(SOURCE)
            .withType(TYPE)
            .withSubject(id.key())
            .withDataContentType(CONTENT_TYPE)
            .withExtension(RUN, id.run())
            .withExtension(INCARNATION, Long.toString(id.incarnation()))
            .withExtension(STEP, Long.toString(id.step()))
            .withExtension(EPOCH, Integer.toString(id.epoch()))
            .withExtension(LAYER, id.layer())
            .withExtension(CHUNK_INDEX, Integer.toString(chunk.index()))
            .withExtension(CHUNK_COUNT, Integer.toString(chunk.count()))
            .withExtension(TOTAL_BYTES, Long.toString(chunk.totalBytes()))
            .withExtension(CRC32C, Long.toString(chunk.crc32c()));
    chunk.estimator().ifPresent(estimator -> event.withExtension(ESTIMATOR, text(estimator)));
    return new WireRecord(
        Topic.SNAPSHOTS, id.key(), CloudEventHeaders.write(event.build()), chunk.payload());
  }

  /**
   * Reads a record.
   *
   * @param key of the record, which must be {@code run/layer}
   * @throws InvalidMessageException with one line that says what is wrong, if anything is
   */
  public static SnapshotChunk decode(String key, HeaderSource headers, byte[] value)
      throws InvalidMessageException {
    CloudEventContext event = CloudEventHeaders.read(headers);
    CloudEventHeaders.require(event, TYPE, CONTENT_TYPE);
    if (value == null) {
      throw new InvalidMessageException("the value is missing");
    }
    SnapshotChunk chunk;
    try {
      chunk =
          new SnapshotChunk(
              new SnapshotId(
                  CloudEventHeaders.required(event, RUN),
                  CloudEventHeaders.number(event, INCARNATION, Long.MAX_VALUE),
                  CloudEventHeaders.number(event, STEP, Long.MAX_VALUE),
                  (int) CloudEventHeaders.number(event, EPOCH, Integer.MAX_VALUE),
                  CloudEventHeaders.required(event, LAYER)),
              estimator(event),
              (int) CloudEventHeaders.number(event, CHUNK_INDEX, Integer.MAX_VALUE),
              (int) CloudEventHeaders.number(event, CHUNK_COUNT, Integer.MAX_VALUE),
              CloudEventHeaders.number(event, TOTAL_BYTES, Long.MAX_VALUE),
              CloudEventHeaders.number(event, CRC32C, 0xFFFF_FFFFL),
              value);
    } catch (IllegalArgumentException e) {
      throw new InvalidMessageException(e.getMessage(), e);
    }
    if (!chunk.id().key().equals(key)) {
      throw new InvalidMessageException(
          "key %s does not match '%s'".formatted(OneLine.quoted(key), chunk.id().key()));
    }
    return chunk;
  }

  /** The estimator as it stands in the header {@code ce_estimator}: JSON. */
  static String text(EstimatorSpec estimator) {
    try {
      return Json.MAPPER.writeValueAsString(estimator);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<EstimatorSpec> estimator(CloudEventContext event)
      throws InvalidMessageException {
    Object text = event.getExtension(ESTIMATOR);
    if (text == null) {
      return Optional.empty();
    }
    EstimatorSpec estimator;
    try {
      estimator = Json.read(text.toString(), EstimatorSpec.class);
    } catch (InvalidJsonException e) {
      throw new InvalidMessageException("header ce_estimator: " + e.getMessage(), e);
    }
    if (estimator == null) {
      throw new InvalidMessageException("header ce_estimator is null");
    }
    return Optional.of(estimator);
  }
}
