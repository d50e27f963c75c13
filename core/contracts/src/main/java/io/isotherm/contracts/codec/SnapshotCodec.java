package io.isotherm.contracts.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEventContext;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.isotherm.checks.OneLine;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.snapshot.Shard;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorReader;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
  private static final String SHARD_INDEX = "shardindex";
  private static final String SHARD_COUNT = "shardcount";
  private static final String GLOBAL_SHAPE = "globalshape";
  private static final String SHARD_OFFSETS = "shardoffsets";
  private static final List<String> SHARD_EXTENSIONS =
      List.of(SHARD_INDEX, SHARD_COUNT, GLOBAL_SHAPE, SHARD_OFFSETS);

  private static final Pattern NUMBERS =
      Pattern.compile("[0-9]{1,18}(,[0-9]{1,18}){0," + (Shard.MAX_RANK - 1) + "}");

  private SnapshotCodec() {}

  /** The record that carries {@code chunk}, keyed by run and layer. */
  public static WireRecord encode(SnapshotChunk chunk) {
    SnapshotId id = chunk.id();
    CloudEventBuilder event =
        CloudEventBuilder.v1()
            .withId(eventId(chunk))
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
    chunk.shard().ifPresent(shard -> write(shard, event));
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
              shard(event),
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

  private static String eventId(SnapshotChunk chunk) {
    String shard = chunk.shard().map(part -> "s" + part.index() + ":").orElse("");
    return chunk.id() + ":" + shard + chunk.index();
  }

  private static void write(Shard shard, CloudEventBuilder event) {
    event
        .withExtension(SHARD_INDEX, Integer.toString(shard.index()))
        .withExtension(SHARD_COUNT, Integer.toString(shard.count()))
        .withExtension(GLOBAL_SHAPE, text(shard.globalShape()))
        .withExtension(SHARD_OFFSETS, text(shard.offsets()));
  }

  private static String text(List<Long> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** The shard, whose four headers are there together or not at all. */
  private static Optional<Shard> shard(CloudEventContext event) throws InvalidMessageException {
    if (SHARD_EXTENSIONS.stream().allMatch(name -> event.getExtension(name) == null)) {
      return Optional.empty();
    }
    return Optional.of(
        new Shard(
            (int) CloudEventHeaders.number(event, SHARD_INDEX, Integer.MAX_VALUE),
            (int) CloudEventHeaders.number(event, SHARD_COUNT, Integer.MAX_VALUE),
            numbers(event, GLOBAL_SHAPE),
            numbers(event, SHARD_OFFSETS)));
  }

  private static List<Long> numbers(CloudEventContext event, String name)
      throws InvalidMessageException {
    String text = CloudEventHeaders.required(event, name);
    if (!NUMBERS.matcher(text).matches()) {
      throw new InvalidMessageException(
          "header ce_%s must be 1 to %d whole numbers with commas between them, got: %s"
              .formatted(name, Shard.MAX_RANK, OneLine.quoted(text)));
    }
    return Arrays.stream(text.split(",")).map(Long::valueOf).toList();
  }

  private static Optional<EstimatorSpec> estimator(CloudEventContext event)
      throws InvalidMessageException {
    Object text = event.getExtension(ESTIMATOR);
    if (text == null) {
      return Optional.empty();
    }
    EstimatorSpec estimator;
    try {
      JsonNode written = EstimatorReader.completed(Json.tree(text.toString()));
      estimator = Json.read(written.toString(), EstimatorSpec.class);
    } catch (InvalidJsonException e) {
      throw new InvalidMessageException("header ce_estimator: " + e.getMessage(), e);
    }
    if (estimator == null) {
      throw new InvalidMessageException("header ce_estimator is null");
    }
    return Optional.of(estimator);
  }
}
