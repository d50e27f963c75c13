package io.isotherm.contracts.codec;

import static io.isotherm.contracts.codec.Examples.headers;
import static io.isotherm.contracts.codec.Examples.utf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.isotherm.checks.Names;
import io.isotherm.contracts.snapshot.Shard;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotCodecTest {

  private static final WireRecord RECORD = SnapshotCodec.encode(Examples.CHUNK);

  private static final WireRecord SHARD_RECORD = SnapshotCodec.encode(Examples.SHARD_CHUNK);

  private static final Shard LARGEST_SHARD =
      new Shard(
          Shard.MAX_COUNT - 1,
          Shard.MAX_COUNT,
          List.of(1L, 1L, 1L, 1L, 1L, 1L, 1L, 999_999_999_999_999_999L),
          List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 999_999_999_999_999_998L));

  /** Bytes that Kafka's record format adds at most to key, headers and value, per record. */
  private static final int RECORD_OVERHEAD = 200;

  @Test
  void chunkSurvivesTheRoundTrip() throws InvalidMessageException {
    SnapshotChunk decoded = SnapshotCodec.decode(RECORD.key(), headers(RECORD), RECORD.value());

    assertThat(decoded).usingRecursiveComparison().isEqualTo(Examples.CHUNK);
  }

  @Test
  void fullChunkWithTheLongestNamesStaysBelowOneMegabyte() {
    SnapshotId id =
        new SnapshotId(
            "r".repeat(Names.MAX_RUN_LENGTH),
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Integer.MAX_VALUE,
            "l".repeat(Names.MAX_LAYER_LENGTH));
    long total = SnapshotChunk.CHUNK_BYTES * 2_000L;
    WireRecord record =
        SnapshotCodec.encode(
                new SnapshotChunk(
                    id,
                    Optional.of(
                        new EstimatorSpec.Farms(
                            1,
                            XminRule.GOODNESS_OF_FIT,
                            1.2345678901234567,
                            false,
                            1.2345678901234567E-100,
                            1_000_000_000,
                            1.2345678901234567,
                            1_000_000_000,
                            OptionalInt.of(Integer.MAX_VALUE))),
                    Optional.of(LARGEST_SHARD),
                    1999,
                    2000,
                    total,
                    0xFFFF_FFFFL,
                    new byte[SnapshotChunk.CHUNK_BYTES]))
            .withHeader(
                WireRecord.TRACEPARENT, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    int bytes = utf8(record.key()).length + record.value().length + RECORD_OVERHEAD;
    for (var header : record.headers().entrySet()) {
      bytes += utf8(header.getKey()).length + header.getValue().length;
    }

    assertThat(bytes).isLessThan(1_000_000);
  }

  static Stream<Arguments> hostile() {
    return Stream.of(
        arguments("ce_run", null, "header ce_run is missing"),
        arguments(
            "ce_run",
            "a/b",
            "a run's name must be 1 to 100 letters, digits, '.', '_' or '-', got: 'a/b'"),
        arguments("ce_layer", null, "header ce_layer is missing"),
        arguments(
            "ce_layer",
            "a b",
            "a layer's name must be 1 to 255 printable ASCII characters without blanks, got: 'a"
                + " b'"),
        arguments("ce_step", null, "header ce_step is missing"),
        arguments(
            "ce_step",
            "-1",
            "header ce_step must be a whole number from 0 to 9223372036854775807, got: '-1'"),
        arguments(
            "ce_step",
            "+1",
            "header ce_step must be a whole number from 0 to 9223372036854775807, got: '+1'"),
        arguments(
            "ce_step",
            "\u0661",
            "header ce_step must be a whole number from 0 to 9223372036854775807, got: '\u0661'"),
        arguments(
            "ce_step",
            "9223372036854775808",
            "header ce_step must be a whole number from 0 to 9223372036854775807, got:"
                + " '9223372036854775808'"),
        arguments(
            "ce_epoch",
            "2147483648",
            "header ce_epoch must be a whole number from 0 to 2147483647, got: '2147483648'"),
        arguments(
            "ce_incarnation", "0", "incarnation of run 'resnet-demo' must be 1 or more, got: 0"),
        arguments(
            "ce_crc32c",
            "4294967296",
            "header ce_crc32c must be a whole number from 0 to 4294967295, got: '4294967296'"),
        arguments(
            "ce_chunkcount",
            "2",
            "chunk count of resnet-demo/block0.conv1@1767225600000:47 must be 1 for 96 bytes, got:"
                + " 2"),
        arguments(
            "ce_chunkindex",
            "1",
            "chunk index of resnet-demo/block0.conv1@1767225600000:47 must be from 0 to 0, got: 1"),
        arguments(
            "ce_totalbytes",
            "97",
            "chunk 0 of resnet-demo/block0.conv1@1767225600000:47 must have 97 bytes, got: 96"),
        arguments(
            "ce_totalbytes",
            "0",
            "totalBytes of resnet-demo/block0.conv1@1767225600000:47 must be 1 or more, got: 0"),
        arguments(
            "ce_totalbytes",
            "9223372036854775807",
            "chunk count of resnet-demo/block0.conv1@1767225600000:47 must be 9382499223689 for"
                + " 9223372036854775807 bytes, got: 1"),
        arguments("ce_estimator", "null", "header ce_estimator is null"),
        arguments("ce_estimator", "{", "header ce_estimator: not JSON: Unexpected end-of-input"),
        arguments(
            "ce_estimator",
            "{\"name\":\"magic\"}",
            "header ce_estimator: name has no variant 'magic'; it must be one of tempbalance, farms,"
                + " farms-llm, model-balancing, weightwatcher, hill"),
        arguments(
            "ce_estimator",
            "{\"name\":\"tempbalance\",\"version\":1,\"fit\":\"mode\",\"xminPosition\":2.0,\"convNorm\":0.5}",
            "header ce_estimator: fit must be one of median, goodness-of-fit, xmin-peak, got:"
                + " \"mode\""),
        arguments(
            "ce_estimator",
            "{\"name\":\"tempbalance\",\"version\":2,\"xminPosition\":2.0,\"convNorm\":0.5}",
            "header ce_estimator: version of estimator 'tempbalance' must be 1, got: 2"),
        arguments(
            "ce_type",
            "io.isotherm.run.v1",
            "header ce_type must be io.isotherm.snapshot-chunk.v1, got: 'io.isotherm.run.v1'"),
        arguments(
            "content-type",
            "application/json",
            "header content-type must be application/octet-stream, got: 'application/json'"));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void hostileHeaderGetsOneClearLine(String name, String value, String message) {
    assertRefused(RECORD, name, value, message);
  }

  static Stream<Arguments> hostileShards() {
    return Stream.of(
        arguments("ce_shardindex", null, "header ce_shardindex is missing"),
        arguments("ce_shardcount", null, "header ce_shardcount is missing"),
        arguments("ce_globalshape", null, "header ce_globalshape is missing"),
        arguments("ce_shardoffsets", null, "header ce_shardoffsets is missing"),
        arguments("ce_shardcount", "0", "shard count must be from 1 to 4096, got: 0"),
        arguments("ce_shardcount", "4097", "shard count must be from 1 to 4096, got: 4097"),
        arguments("ce_shardindex", "2", "shard index must be from 0 to 1, got: 2"),
        arguments(
            "ce_shardindex",
            "-1",
            "header ce_shardindex must be a whole number from 0 to 2147483647, got: '-1'"),
        arguments(
            "ce_globalshape",
            "5,,2",
            "header ce_globalshape must be 1 to 8 whole numbers with commas between them, got:"
                + " '5,,2'"),
        arguments(
            "ce_globalshape",
            "1,1,1,1,1,1,1,1,1",
            "header ce_globalshape must be 1 to 8 whole numbers with commas between them, got:"
                + " '1,1,1,1,1,1,1,1,1'"),
        arguments(
            "ce_shardoffsets",
            "3, 0",
            "header ce_shardoffsets must be 1 to 8 whole numbers with commas between them, got:"
                + " '3, 0'"),
        arguments(
            "ce_shardoffsets",
            "9223372036854775808,0",
            "header ce_shardoffsets must be 1 to 8 whole numbers with commas between them, got:"
                + " '9223372036854775808,0'"),
        arguments(
            "ce_shardoffsets",
            "3",
            "offsets of shard 1 must be 2 for global shape [5, 2], got: [3]"),
        arguments(
            "ce_shardoffsets",
            "5,0",
            "offsets of shard 1 must lie inside global shape [5, 2], got: [5, 0]"),
        arguments(
            "ce_globalshape",
            "0,2",
            "offsets of shard 1 must lie inside global shape [0, 2], got: [3, 0]"),
        arguments(
            "ce_globalshape",
            "999999999999999999,999999999999999999",
            "global shape of shard 1 overflows, got: [999999999999999999, 999999999999999999]"),
        arguments(
            "ce_totalbytes",
            "97",
            "chunk 0 of shard 1 of resnet-demo/block0.conv1@1767225600000:47 must have 97 bytes,"
                + " got: 96"));
  }

  @ParameterizedTest
  @MethodSource("hostileShards")
  void hostileShardGetsOneClearLine(String name, String value, String message) {
    assertRefused(SHARD_RECORD, name, value, message);
  }

  @Test
  void shardIsNamedInTheIdOfItsChunks() {
    assertThat(new String(SHARD_RECORD.headers().get("ce_id"), UTF_8))
        .isEqualTo("resnet-demo/block0.conv1@1767225600000:47:s1:0");
  }

  private static void assertRefused(WireRecord record, String name, String value, String message) {
    HeaderSource hostile =
        sink -> {
          headers(record).forEach(sink);
          sink.accept(name, value == null ? null : utf8(value));
        };

    assertThatThrownBy(() -> SnapshotCodec.decode(record.key(), hostile, record.value()))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage(message);
  }

  @Test
  void keyAndValueMustFit() {
    assertThatThrownBy(() -> SnapshotCodec.decode("x", headers(RECORD), RECORD.value()))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("key 'x' does not match 'resnet-demo/block0.conv1'");
    assertThatThrownBy(() -> SnapshotCodec.decode(null, headers(RECORD), RECORD.value()))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("key none does not match 'resnet-demo/block0.conv1'");
    assertThatThrownBy(() -> SnapshotCodec.decode(RECORD.key(), headers(RECORD), null))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("the value is missing");
    assertThatThrownBy(
            () ->
                SnapshotCodec.decode(
                    RECORD.key(), headers(RECORD), Arrays.copyOf(RECORD.value(), 95)))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage(
            "chunk 0 of resnet-demo/block0.conv1@1767225600000:47 must have 96 bytes, got: 95");
  }
}
