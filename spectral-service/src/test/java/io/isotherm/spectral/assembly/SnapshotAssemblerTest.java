package io.isotherm.spectral.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotChunker;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.solvers.NativeBlock;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.solvers.memory.MemoryNeed;
import io.isotherm.spectral.assembly.AssemblyResult.Abandoned;
import io.isotherm.spectral.assembly.AssemblyResult.Complete;
import io.isotherm.spectral.assembly.AssemblyResult.Incomplete;
import io.isotherm.spectral.assembly.AssemblyResult.NoRoom;
import io.isotherm.spectral.assembly.AssemblyResult.Outdated;
import io.isotherm.spectral.assembly.AssemblyResult.Refused;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotAssemblerTest {

  private static final String SETTING = "isotherm.spectral.memory";
  private static final int THREE_CHUNKS = 2 * SnapshotChunk.CHUNK_BYTES + 17;
  private static final long MAX_DOCUMENT = 4L * SnapshotChunk.CHUNK_BYTES;
  private static final long BUDGET = 6L * SnapshotChunk.CHUNK_BYTES;

  private final SnapshotAssembler assembler = assembler(MAX_DOCUMENT, BUDGET);

  @Test
  void chunksGiveTheDocumentThatWasCut() {
    byte[] document = bytes(THREE_CHUNKS, 1);
    List<SnapshotChunk> chunks = chunks(id("conv", 1, 100), document);

    assertThat(assembler.accept(chunks.get(0))).isEqualTo(new Incomplete());
    assertThat(assembler.accept(chunks.get(1))).isEqualTo(new Incomplete());
    Complete complete = complete(assembler.accept(chunks.get(2)));

    assertThat(complete.id()).isEqualTo(id("conv", 1, 100));
    assertThat(complete.document()).isEqualTo(ByteBuffer.wrap(document));
  }

  @Test
  void estimatorOfTheChunksIsThatOfTheDocument() {
    SnapshotChunk chunk = chunks(id("conv", 1, 100), bytes(10, 1)).get(0);

    Complete complete =
        complete(
            assembler.accept(
                new SnapshotChunk(
                    chunk.id(),
                    Optional.of(EstimatorSpec.DEFAULT),
                    Optional.empty(),
                    0,
                    1,
                    chunk.totalBytes(),
                    chunk.crc32c(),
                    chunk.payload())));

    assertThat(complete.estimator()).contains(EstimatorSpec.DEFAULT);
  }

  @Test
  void layersAreAssembledSideBySide() {
    byte[] one = bytes(THREE_CHUNKS, 1);
    byte[] other = bytes(THREE_CHUNKS, 2);
    List<SnapshotChunk> first = chunks(id("a", 1, 100), one);
    List<SnapshotChunk> second = chunks(id("b", 1, 100), other);

    for (int i = 0; i < 2; i++) {
      assembler.accept(first.get(i));
      assembler.accept(second.get(i));
    }

    assertThat(complete(assembler.accept(first.get(2))).document()).isEqualTo(ByteBuffer.wrap(one));
    assertThat(complete(assembler.accept(second.get(2))).document())
        .isEqualTo(ByteBuffer.wrap(other));
  }

  @Test
  void budgetIsTakenByTheFirstChunkAndGivenBackByRelease() {
    List<SnapshotChunk> chunks = chunks(id("conv", 1, 100), bytes(THREE_CHUNKS, 1));

    assembler.accept(chunks.get(0));
    long afterFirst = assembler.usedBytes();
    assembler.accept(chunks.get(1));
    Complete complete = complete(assembler.accept(chunks.get(2)));
    long afterLast = assembler.usedBytes();
    assembler.release(complete);

    assertThat(afterFirst).isEqualTo(THREE_CHUNKS);
    assertThat(afterLast).isEqualTo(THREE_CHUNKS);
    assertThat(assembler.usedBytes()).isZero();
  }

  @Test
  void releasingTwiceIsAnError() {
    Complete complete = complete(assembler.accept(chunks(id("conv", 1, 100), bytes(10, 1)).get(0)));
    assembler.release(complete);

    assertThatThrownBy(() -> assembler.release(complete))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("10 bytes of run/conv@1:100 released");
  }

  @Test
  void documentAboveTheBoundIsRefusedBeforeItIsAllocated() {
    long claimed = 1L << 50;
    SnapshotChunk liar =
        new SnapshotChunk(
            id("conv", 1, 100),
            Optional.empty(),
            Optional.empty(),
            0,
            (int) SnapshotChunk.chunkCount(claimed),
            claimed,
            0,
            new byte[SnapshotChunk.CHUNK_BYTES]);

    AssemblyResult result = assembler.accept(liar);

    assertThat(result)
        .isEqualTo(
            new Refused(
                "totalBytes of run/conv@1:100 must be at most 3932160, got: 1125899906842624;"
                    + " isotherm.spectral.max-document sets that, up to 2047M: a layer of 2 GiB or more is"
                    + " not analysed, send it in 16 bits"));
    assertThat(assembler.usedBytes()).isZero();
  }

  @Test
  void snapshotWaitsForRoomUntilAnotherIsReleased() {
    Complete held = assemble(chunks(id("a", 1, 100), bytes((int) MAX_DOCUMENT, 1)));
    SnapshotChunk next = chunks(id("b", 1, 100), bytes(THREE_CHUNKS, 2)).get(0);

    AssemblyResult before = assembler.accept(next);
    assembler.release(held);
    AssemblyResult after = assembler.accept(next);

    assertThat(before).isEqualTo(new NoRoom(MAX_DOCUMENT + THREE_CHUNKS - BUDGET));
    assertThat(after).isEqualTo(new Incomplete());
  }

  @Test
  void laterChunksNeverWaitForRoom() {
    List<SnapshotChunk> begun = chunks(id("a", 1, 100), bytes(THREE_CHUNKS, 1));
    assembler.accept(begun.get(0));
    assembler.accept(chunks(id("b", 1, 100), bytes(THREE_CHUNKS, 2)).get(0));
    assertThat(assembler.accept(chunks(id("c", 1, 100), bytes(THREE_CHUNKS, 3)).get(0)))
        .isInstanceOf(NoRoom.class);

    assembler.accept(begun.get(1));
    AssemblyResult last = assembler.accept(begun.get(2));

    assertThat(last).isInstanceOf(Complete.class);
  }

  @Test
  void wrongChecksumIsRefusedAndGivesTheBytesBack() {
    byte[] document = bytes(100, 1);
    SnapshotChunk chunk = chunks(id("conv", 1, 100), document).get(0);
    document[50] ^= 1;
    SnapshotChunk flipped =
        new SnapshotChunk(
            chunk.id(),
            Optional.empty(),
            Optional.empty(),
            0,
            1,
            chunk.totalBytes(),
            chunk.crc32c(),
            document);

    AssemblyResult result = assembler.accept(flipped);

    assertThat(result).isInstanceOf(Refused.class);
    assertThat(((Refused) result).reason())
        .startsWith("CRC-32C of the bytes of run/conv@1:100 must be " + chunk.crc32c());
    assertThat(assembler.usedBytes()).isZero();
  }

  @Test
  void gapIsRefusedAndDropsTheSnapshot() {
    List<SnapshotChunk> chunks = chunks(id("conv", 1, 100), bytes(THREE_CHUNKS, 1));
    assembler.accept(chunks.get(0));

    AssemblyResult gap = assembler.accept(chunks.get(2));
    AssemblyResult late = assembler.accept(chunks.get(1));

    assertThat(gap).isEqualTo(new Refused("chunk 1 of run/conv@1:100 was due, got: 2"));
    assertThat(late)
        .isEqualTo(new Refused("chunk 1 of run/conv@1:100 came without the chunks before it"));
    assertThat(assembler.usedBytes()).isZero();
  }

  @Test
  void chunkThatDisagreesWithTheFirstIsRefused() {
    List<SnapshotChunk> chunks = chunks(id("conv", 1, 100), bytes(THREE_CHUNKS, 1));
    List<SnapshotChunk> others = chunks(id("conv", 1, 100), bytes(THREE_CHUNKS, 2));
    assembler.accept(chunks.get(0));

    AssemblyResult result = assembler.accept(others.get(1));

    assertThat(result).isInstanceOf(Refused.class);
    assertThat(((Refused) result).reason())
        .contains("must agree with the first chunk's")
        .contains(Long.toString(chunks.get(0).crc32c()))
        .contains(Long.toString(others.get(0).crc32c()));
    assertThat(assembler.incompleteCount()).isZero();
  }

  @Test
  void firstChunkDeliveredAgainStartsTheSnapshotAgain() {
    byte[] document = bytes(THREE_CHUNKS, 1);
    List<SnapshotChunk> chunks = chunks(id("conv", 1, 100), document);
    assembler.accept(chunks.get(0));
    assembler.accept(chunks.get(1));

    Complete complete = assemble(chunks);

    assertThat(complete.document()).isEqualTo(ByteBuffer.wrap(document));
    assertThat(assembler.usedBytes()).isEqualTo(THREE_CHUNKS);
  }

  @Test
  void lastChunkDeliveredTwiceIsPassedOver() {
    byte[] document = bytes(THREE_CHUNKS, 1);
    List<SnapshotChunk> chunks = chunks(id("conv", 1, 100), document);
    assembler.accept(chunks.get(0));
    assembler.accept(chunks.get(1));

    AssemblyResult again = assembler.accept(chunks.get(1));

    assertThat(again).isEqualTo(new Incomplete());
    assertThat(complete(assembler.accept(chunks.get(2))).document())
        .isEqualTo(ByteBuffer.wrap(document));
  }

  @Test
  void newerSnapshotTakesThePlaceOfAnIncompleteOlderOne() {
    SnapshotId older = id("conv", 1, 100);
    SnapshotChunk newer = chunks(id("conv", 1, 200), bytes(THREE_CHUNKS, 2)).get(0);
    assembler.accept(chunks(older, bytes(THREE_CHUNKS, 1)).get(0));

    AssemblyResult first = assembler.accept(newer);
    AssemblyResult again = assembler.accept(newer);

    assertThat(first).isEqualTo(new Abandoned(older, "1 of 3 chunks came"));
    assertThat(again).isEqualTo(new Incomplete());
    assertThat(assembler.usedBytes()).isEqualTo(THREE_CHUNKS);
  }

  @Test
  void olderIncarnationDoesNotDisturbANewerOneThatIsIncomplete() {
    List<SnapshotChunk> newer = chunks(id("conv", 2, 10), bytes(THREE_CHUNKS, 2));
    List<SnapshotChunk> older = chunks(id("conv", 1, 500), bytes(THREE_CHUNKS, 1));
    assembler.accept(newer.get(0));

    AssemblyResult outdated = assembler.accept(older.get(0));
    assembler.accept(newer.get(1));
    AssemblyResult last = assembler.accept(newer.get(2));

    assertThat(outdated).isEqualTo(new Outdated(id("conv", 2, 10)));
    assertThat(last).isInstanceOf(Complete.class);
  }

  @Test
  void laterChunkOfANewerSnapshotDoesNotDropAnIncompleteOlderOne() {
    List<SnapshotChunk> older = chunks(id("conv", 1, 100), bytes(THREE_CHUNKS, 1));
    assembler.accept(older.get(0));

    AssemblyResult stray =
        assembler.accept(chunks(id("conv", 1, 200), bytes(THREE_CHUNKS, 2)).get(1));
    assembler.accept(older.get(1));

    assertThat(stray).isInstanceOf(Refused.class);
    assertThat(assembler.accept(older.get(2))).isInstanceOf(Complete.class);
  }

  @Test
  void discardGivesTheBytesOfThatSnapshotBackOnly() {
    assembler.accept(chunks(id("conv", 1, 100), bytes(THREE_CHUNKS, 1)).get(0));

    boolean other = assembler.discard(id("conv", 1, 200));
    boolean same = assembler.discard(id("conv", 1, 100));

    assertThat(other).isFalse();
    assertThat(same).isTrue();
    assertThat(assembler.usedBytes()).isZero();
  }

  @Test
  void documentsOfTwoGibibytesAreTooLargeForABuffer() {
    assertThatThrownBy(() -> assembler(1L << 31, 1L << 40))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxDocumentBytes must be less than 2 GiB, got: 2147483648");
  }

  @Test
  void layerThatCanNeverFitIsRefusedWithTheSettingThatWouldLetItIn() {
    SnapshotAssembler small = assembler(MAX_DOCUMENT, THREE_CHUNKS - 1);

    AssemblyResult result = small.accept(chunks(id("conv", 1, 100), bytes(THREE_CHUNKS, 1)).get(0));

    assertThat(result)
        .isEqualTo(
            new Refused(
                "run/conv@1:100 needs 1966097 bytes of memory, and isotherm.spectral.memory is"
                    + " 1966096: set it to at least 2M"));
    assertThat(small.usedBytes()).isZero();
  }

  @Test
  void layerThatTheSystemHasNoMemoryForIsRefusedAndTakesNothing() {
    SnapshotAssembler generous =
        new SnapshotAssembler(
            MAX_DOCUMENT,
            new MemoryBudget(BUDGET, Long.MAX_VALUE, SETTING),
            document -> new MemoryNeed(document.bytes(), 0),
            bytes -> {
              throw new OutOfMemoryError("none left");
            });

    AssemblyResult result =
        generous.accept(chunks(id("conv", 1, 100), bytes(THREE_CHUNKS, 1)).get(0));

    assertThat(result)
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith(
                        "run/conv@1:100 needs 1966097 bytes of memory, which the system does not"
                            + " have: none left;")
                    .contains("isotherm.spectral.memory"));
    assertThat(generous.usedBytes()).isZero();
  }

  private static SnapshotAssembler assembler(long maxDocument, long budget) {
    return new SnapshotAssembler(
        maxDocument,
        new MemoryBudget(budget, Long.MAX_VALUE, SETTING),
        new LayerMemory(SolverKind.LAPACK)::of,
        NativeBlock::of);
  }

  private Complete assemble(List<SnapshotChunk> chunks) {
    AssemblyResult result = null;
    for (SnapshotChunk chunk : chunks) {
      result = assembler.accept(chunk);
    }
    return complete(result);
  }

  private static Complete complete(AssemblyResult result) {
    assertThat(result).isInstanceOf(Complete.class);
    return (Complete) result;
  }

  private static SnapshotId id(String layer, long incarnation, long step) {
    return new SnapshotId("run", incarnation, step, 0, layer);
  }

  private static List<SnapshotChunk> chunks(SnapshotId id, byte[] document) {
    List<SnapshotChunk> chunks = new ArrayList<>();
    SnapshotChunker.chunk(id, Optional.empty(), List.of(ByteBuffer.wrap(document)), chunks::add);
    return chunks;
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
