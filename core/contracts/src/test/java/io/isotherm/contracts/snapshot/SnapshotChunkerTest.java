package io.isotherm.contracts.snapshot;

import static io.isotherm.contracts.snapshot.SnapshotChunk.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.isotherm.methods.estimator.EstimatorSpec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotChunkerTest {

  private static final SnapshotId ID = new SnapshotId("run", 1, 7, 0, "fc");

  static Stream<Arguments> sizes() {
    return Stream.of(
        arguments(1, List.of(1)),
        arguments(CHUNK_BYTES - 1, List.of(CHUNK_BYTES - 1)),
        arguments(CHUNK_BYTES, List.of(CHUNK_BYTES)),
        arguments(CHUNK_BYTES + 1, List.of(CHUNK_BYTES, 1)),
        arguments(2 * CHUNK_BYTES, List.of(CHUNK_BYTES, CHUNK_BYTES)),
        arguments(2 * CHUNK_BYTES + 5, List.of(CHUNK_BYTES, CHUNK_BYTES, 5)));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void chunksPutTogetherAreTheDocument(int size, List<Integer> expected) {
    byte[] document = new byte[size];
    new Random(size).nextBytes(document);

    List<SnapshotChunk> chunks = chunks(ByteBuffer.wrap(document));

    ByteArrayOutputStream together = new ByteArrayOutputStream();
    chunks.forEach(chunk -> together.writeBytes(chunk.payload()));
    assertThat(together.toByteArray()).isEqualTo(document);
    assertThat(chunks).extracting(chunk -> chunk.payload().length).isEqualTo(expected);
    assertThat(chunks).extracting(SnapshotChunk::count).containsOnly(expected.size());
    assertThat(chunks).extracting(SnapshotChunk::totalBytes).containsOnly((long) size);
    for (int index = 0; index < chunks.size(); index++) {
      assertThat(chunks.get(index).index()).isEqualTo(index);
    }
  }

  @Test
  void partsMakeTheSameChunksAsTheWhole() {
    byte[] document = new byte[2 * CHUNK_BYTES + 5];
    new Random(1).nextBytes(document);
    int cut = CHUNK_BYTES - 3;

    List<SnapshotChunk> chunks =
        chunks(
            ByteBuffer.wrap(document, 0, 80),
            ByteBuffer.allocate(0),
            ByteBuffer.wrap(document, 80, cut - 80),
            ByteBuffer.wrap(document, cut, document.length - cut));

    assertThat(chunks).usingRecursiveComparison().isEqualTo(chunks(ByteBuffer.wrap(document)));
  }

  @Test
  void checksumIsCrc32cOfTheWholeDocument() {
    ByteBuffer document = ByteBuffer.wrap("123456789".getBytes(StandardCharsets.US_ASCII));

    // The check value of CRC-32C in RFC 3720's polynomial, as in every catalogue of CRCs.
    assertThat(chunks(document)).extracting(SnapshotChunk::crc32c).containsExactly(0xE3069283L);
  }

  @Test
  void onlyPositionToLimitIsReadAndThePositionStays() {
    ByteBuffer document = ByteBuffer.allocateDirect(10).position(3).limit(8);

    List<SnapshotChunk> chunks = chunks(document);

    assertThat(chunks).extracting(chunk -> chunk.payload().length).containsExactly(5);
    assertThat(document.position()).isEqualTo(3);
  }

  @Test
  void estimatorTravelsWithEveryChunk() {
    List<SnapshotChunk> chunks = new ArrayList<>();
    SnapshotChunker.chunk(
        ID,
        Optional.of(EstimatorSpec.DEFAULT),
        List.of(ByteBuffer.allocate(CHUNK_BYTES + 1)),
        chunks::add);

    assertThat(chunks)
        .extracting(SnapshotChunk::estimator)
        .containsExactly(Optional.of(EstimatorSpec.DEFAULT), Optional.of(EstimatorSpec.DEFAULT));
  }

  @Test
  void shardTravelsWithEveryChunk() {
    Shard shard = new Shard(1, 3, List.of(9L, 4L), List.of(3L, 0L));
    List<SnapshotChunk> chunks = new ArrayList<>();
    SnapshotChunker.chunk(
        ID,
        Optional.empty(),
        Optional.of(shard),
        List.of(ByteBuffer.allocate(CHUNK_BYTES + 1)),
        chunks::add);

    assertThat(chunks)
        .extracting(SnapshotChunk::shard)
        .containsExactly(Optional.of(shard), Optional.of(shard));
    assertThat(chunks).extracting(SnapshotChunk::document).containsOnly("shard 1 of run/fc@1:7");
  }

  @Test
  void emptyDocumentIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chunks(ByteBuffer.allocate(0)))
        .withMessage("document of run/fc@1:7 must not be empty");
  }

  private static List<SnapshotChunk> chunks(ByteBuffer... document) {
    List<SnapshotChunk> chunks = new ArrayList<>();
    SnapshotChunker.chunk(ID, Optional.empty(), List.of(document), chunks::add);
    return chunks;
  }
}
