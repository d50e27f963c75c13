package io.isotherm.spectral.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.isotherm.contracts.snapshot.Shard;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotChunker;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.solvers.NativeBlock;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.spectral.Sharding;
import io.isotherm.spectral.Sharding.Part;
import io.isotherm.spectral.Snapshots;
import io.isotherm.spectral.assembly.AssemblyResult.Abandoned;
import io.isotherm.spectral.assembly.AssemblyResult.Complete;
import io.isotherm.spectral.assembly.AssemblyResult.Incomplete;
import io.isotherm.spectral.assembly.AssemblyResult.NoRoom;
import io.isotherm.spectral.assembly.AssemblyResult.Outdated;
import io.isotherm.spectral.assembly.AssemblyResult.Refused;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShardsTest {

  private static final SnapshotId ID = new SnapshotId("run", 1, 7, 0, "fc");
  private static final SafeTensor TENSOR = Snapshots.normal("fc", 1, 10L, 6L);
  private static final List<Part> HALVES = Sharding.rows(TENSOR.shape(), 2);

  private final SnapshotAssembler assembler = assembler(1 << 28);

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  /** Blocks of tensors with 1 to 5 axes in each type, in any order and mixed. */
  @ParameterizedTest
  @MethodSource("seeds")
  void shardsGiveTheVeryBytesThatOneTrainerWouldHaveSent(long seed) {
    Random random = new Random(seed);
    List<Long> shape = random.longs(1 + random.nextInt(5), 1, 9).boxed().toList();
    DType dtype = List.of(DType.values()).get(random.nextInt(4));
    SafeTensor tensor = tensor(shape, dtype, random, Map.of());
    List<Part> parts = Sharding.random(shape, random.nextInt(12), random);
    List<List<SnapshotChunk>> shards = Sharding.chunks(ID, tensor, parts);

    Complete complete = assemble(Sharding.mixed(shards, random));

    assertThat(complete.document()).isEqualTo(SafeTensors.write(tensor));
    assembler.release(complete);
    assertThat(assembler.usedBytes()).isZero();
  }

  static Stream<Arguments> large() {
    List<Long> dense = List.of(1251L, 1000L);
    List<Long> convolution = List.of(300L, 301L, 3L, 5L);
    return Stream.of(
        arguments(dense, Sharding.rows(dense, 2)),
        arguments(dense, Sharding.random(dense, 1, new Random(5))),
        arguments(dense, Sharding.random(dense, 6, new Random(3))),
        arguments(convolution, Sharding.random(convolution, 3, new Random(4))));
  }

  @ParameterizedTest
  @MethodSource("large")
  void chunksOfSeveralShardsMayComeMixed(List<Long> shape, List<Part> parts) {
    SafeTensor tensor = Snapshots.normal("fc", 2, shape.toArray(Long[]::new));
    List<List<SnapshotChunk>> shards = Sharding.chunks(ID, tensor, parts);

    Complete complete = assemble(Sharding.mixed(shards, new Random(9)));

    assertThat(shards).anyMatch(shard -> shard.size() > 1);
    assertThat(complete.document()).isEqualTo(SafeTensors.write(tensor));
  }

  @Test
  void layoutOfTheShardsIsThatOfTheLayer() {
    SafeTensor tensor =
        tensor(List.of(6L, 4L), DType.F32, new Random(1), Map.of(SafeTensor.LAYOUT, "in,out"));

    Complete complete =
        assemble(
            Sharding.chunks(ID, tensor, Sharding.rows(tensor.shape(), 3)).stream()
                .flatMap(List::stream)
                .toList());

    assertThat(complete.document()).isEqualTo(SafeTensors.write(tensor));
  }

  @Test
  void memoryOfTheWholeLayerIsTakenWhenTheFirstShardBegins() {
    List<List<SnapshotChunk>> shards = Sharding.chunks(ID, TENSOR, HALVES);
    int whole = SafeTensors.write(TENSOR).remaining();

    assembler.accept(shards.get(1).get(0));
    long afterTheFirst = assembler.usedBytes();
    Complete complete = complete(assembler.accept(shards.get(0).get(0)));

    assertThat(afterTheFirst).isEqualTo(whole + SolverKind.LAPACK.workspace(10, 6).nativeBytes());
    assertThat(assembler.usedBytes()).isEqualTo(afterTheFirst);
    assembler.release(complete);
    assertThat(assembler.usedBytes()).isZero();
  }

  @Test
  void layerThatHasNoRoomWaitsWithItsFirstShard() {
    SnapshotAssembler small = assembler(1);

    assertThat(small.accept(Sharding.chunks(ID, TENSOR, HALVES, 0).get(0)))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.reason()).startsWith("run/fc@1:7 needs "));
    SafeTensor large = Snapshots.normal("fc", 1, 600L, 600L);
    SnapshotAssembler oneLayer = assembler(30_000_000);
    oneLayer.accept(Sharding.chunks(ID, large, Sharding.rows(large.shape(), 2), 0).get(0));
    SnapshotId other = new SnapshotId("run", 1, 7, 0, "other");
    assertThat(
            oneLayer.accept(
                Sharding.chunks(other, large, Sharding.rows(large.shape(), 2), 1).get(0)))
        .isInstanceOf(NoRoom.class);
  }

  @Test
  void fourThousandAndNinetySixShardsAreOneLayer() {
    SafeTensor tensor = Snapshots.normal("fc", 3, 64L, 64L);
    List<Part> parts = new ArrayList<>();
    for (long row = 0; row < 64; row++) {
      for (long column = 0; column < 64; column++) {
        parts.add(new Part(List.of(row, column), List.of(1L, 1L)));
      }
    }
    Collections.shuffle(parts, new Random(1));
    assertThat(parts).hasSize(Shard.MAX_COUNT);

    Complete complete =
        assemble(Sharding.chunks(ID, tensor, parts).stream().flatMap(List::stream).toList());

    assertThat(complete.document()).isEqualTo(SafeTensors.write(tensor));
  }

  @Test
  void shardThatComesAgainIsHarmless() {
    List<List<SnapshotChunk>> shards = Sharding.chunks(ID, TENSOR, HALVES);

    assertThat(assembler.accept(shards.get(0).get(0))).isEqualTo(new Incomplete());
    assertThat(assembler.accept(shards.get(0).get(0))).isEqualTo(new Incomplete());
    assertThat(assembler.progress(ID)).isEqualTo("1 of 2 shards came, missing: 1");

    assertThat(complete(assembler.accept(shards.get(1).get(0))).document())
        .isEqualTo(SafeTensors.write(TENSOR));
  }

  @Test
  void shardThatIsBegunAgainTakesItsOwnPlaceAgain() {
    SafeTensor tensor = Snapshots.normal("fc", 2, 1000L, 700L);
    List<Part> columns =
        List.of(
            new Part(List.of(0L, 0L), List.of(1000L, 500L)),
            new Part(List.of(0L, 500L), List.of(1000L, 200L)));
    List<List<SnapshotChunk>> shards = Sharding.chunks(ID, tensor, columns);
    List<SnapshotChunk> first = shards.get(0);

    Complete complete =
        assemble(
            List.of(
                first.get(0),
                first.get(1),
                first.get(1),
                first.get(0),
                shards.get(1).get(0),
                first.get(1),
                first.get(2)));

    assertThat(first).hasSize(3);
    assertThat(complete.document()).isEqualTo(SafeTensors.write(tensor));
  }

  @Test
  void progressNamesTheMissingShards() {
    SafeTensor tensor = Snapshots.normal("fc", 2, 1000L, 700L);
    List<Part> parts = Sharding.rows(tensor.shape(), 2);
    assembler.accept(Sharding.chunks(ID, tensor, parts, 1).get(0));
    assertThat(assembler.progress(ID))
        .isEqualTo("0 of 2 shards came, missing: 0, 1 (1 of 2 chunks)");

    SnapshotId many = new SnapshotId("run", 1, 7, 0, "many");
    assembler.accept(Sharding.chunks(many, TENSOR, Sharding.rows(TENSOR.shape(), 10), 3).get(0));
    assertThat(assembler.progress(many))
        .isEqualTo("1 of 10 shards came, missing: 0, 1, 2, 4, 5, 6, 7, 8, ...");
  }

  @Test
  void newerStepTakesThePlaceOfAnOlderOneThatLacksShards() {
    SnapshotId newer = new SnapshotId("run", 1, 9, 0, "fc");
    assembler.accept(Sharding.chunks(ID, TENSOR, HALVES, 0).get(0));
    SnapshotChunk second = Sharding.chunks(newer, TENSOR, HALVES, 1).get(0);

    assertThat(assembler.accept(second))
        .isEqualTo(new Abandoned(ID, "1 of 2 shards came, missing: 1"));
    assertThat(assembler.accept(second)).isEqualTo(new Incomplete());
    assertThat(assembler.accept(Sharding.chunks(ID, TENSOR, HALVES, 1).get(0)))
        .isEqualTo(new Outdated(newer));
    assertThat(complete(assembler.accept(Sharding.chunks(newer, TENSOR, HALVES, 0).get(0))).id())
        .isEqualTo(newer);
  }

  @Test
  void olderIncarnationIsNotMixedIn() {
    SnapshotId restarted = new SnapshotId("run", 2, 7, 0, "fc");
    assembler.accept(Sharding.chunks(restarted, TENSOR, HALVES, 0).get(0));

    assertThat(assembler.accept(Sharding.chunks(ID, TENSOR, HALVES, 1).get(0)))
        .isEqualTo(new Outdated(restarted));
  }

  static Stream<Arguments> misfits() {
    SafeTensor halves = tensor(TENSOR.shape(), DType.F16, new Random(1), Map.of());
    SafeTensor turned =
        tensor(TENSOR.shape(), DType.F32, new Random(1), Map.of(SafeTensor.LAYOUT, "in,out"));
    return Stream.of(
        arguments(
            "overlap",
            chunk(1, 2, List.of(10L, 6L), List.of(4L, 0L), List.of(5L, 6L)),
            "shard 1 of run/fc@1:7 must have no element in common with shard 0 at [0, 0] + [5, 6],"
                + " got: [4, 0] + [5, 6]"),
        arguments(
            "gap",
            chunk(1, 2, List.of(10L, 6L), List.of(5L, 0L), List.of(4L, 6L)),
            "the 2 shards of run/fc@1:7 must cover the global shape [10, 6], got: 54 of 60"
                + " elements"),
        arguments(
            "outside",
            chunk(1, 2, List.of(10L, 6L), List.of(5L, 1L), List.of(5L, 6L)),
            "shard 1 of run/fc@1:7: shape from offsets [5, 1] on must have elements and lie inside"
                + " the global shape [10, 6], got: [5, 6]"),
        arguments(
            "no elements",
            chunk(1, 2, List.of(10L, 6L), List.of(5L, 0L), List.of(0L, 6L)),
            "shard 1 of run/fc@1:7: shape from offsets [5, 0] on must have elements and lie inside"
                + " the global shape [10, 6], got: [0, 6]"),
        arguments(
            "rank",
            chunk(1, 2, List.of(10L, 6L), List.of(5L, 0L), List.of(30L)),
            "shard 1 of run/fc@1:7: shape must have the 2 dimensions of the global shape [10, 6],"
                + " got: [30]"),
        arguments(
            "global shape",
            chunk(1, 2, List.of(11L, 6L), List.of(5L, 0L), List.of(6L, 6L)),
            "shard 1 of run/fc@1:7 must agree with the other shards' 2 shards of F32 [10, 6]"),
        arguments(
            "count",
            chunk(1, 3, List.of(10L, 6L), List.of(5L, 0L), List.of(5L, 6L)),
            "shard 1 of run/fc@1:7 must agree with the other shards' 2 shards of F32 [10, 6]"),
        arguments(
            "dtype",
            Sharding.chunks(ID, halves, HALVES, 1).get(0),
            "shard 1 of run/fc@1:7 must agree with the other shards' 2 shards of F32 [10, 6]"),
        arguments(
            "layout",
            Sharding.chunks(ID, turned, HALVES, 1).get(0),
            "shard 1 of run/fc@1:7 must agree with the other shards' 2 shards of F32 [10, 6],"
                + " layout of PyTorch,"),
        arguments(
            "whole document",
            Snapshots.chunks(ID, TENSOR).get(0),
            "chunk 0 of run/fc@1:7 must belong to one of the 2 shards that the layer comes in"),
        arguments(
            "other place of the same shard",
            chunk(0, 2, List.of(10L, 6L), List.of(5L, 0L), List.of(5L, 6L)),
            "chunk 0 of shard 0 of run/fc@1:7 must agree with the first chunk's totalBytes "),
        arguments(
            "no document",
            cut(1, 2, List.of(10L, 6L), List.of(5L, 0L), ByteBuffer.allocate(200)),
            "shard 1 of run/fc@1:7: header length must be from 2 to 65536 bytes, got: 0"),
        arguments(
            "bytes left over",
            cut(
                1,
                2,
                List.of(10L, 6L),
                List.of(5L, 0L),
                longer(Sharding.document(TENSOR, HALVES.get(1)))),
            "shard 1 of run/fc@1:7: 128 bytes behind the header must be one tensor's, got"
                + " data_offsets: [0, 120]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("misfits")
  void shardThatDoesNotFitIsRefusedAndNothingIsKept(
      String what, SnapshotChunk misfit, String reason) {
    assembler.accept(Sharding.chunks(ID, TENSOR, HALVES, 0).get(0));

    AssemblyResult result = assembler.accept(misfit);

    assertThat(result)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.reason()).startsWith(reason));
    assertThat(assembler.usedBytes()).isZero();
    assertThat(assembler.incompleteCount()).isZero();
  }

  @Test
  void wrongChecksumOfAShardIsRefused() {
    SnapshotChunk good = Sharding.chunks(ID, TENSOR, HALVES, 1).get(0);
    assembler.accept(Sharding.chunks(ID, TENSOR, HALVES, 0).get(0));

    AssemblyResult result =
        assembler.accept(
            new SnapshotChunk(
                ID,
                good.estimator(),
                good.shard(),
                0,
                1,
                good.totalBytes(),
                good.crc32c() ^ 1,
                good.payload()));

    assertThat(result)
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith("CRC-32C of the bytes of shard 1 of run/fc@1:7 must be "));
    assertThat(assembler.usedBytes()).isZero();
  }

  @Test
  void shardOfAnotherEstimatorIsRefused() {
    SnapshotChunk good = Sharding.chunks(ID, TENSOR, HALVES, 1).get(0);
    assembler.accept(Sharding.chunks(ID, TENSOR, HALVES, 0).get(0));

    AssemblyResult result =
        assembler.accept(
            new SnapshotChunk(
                ID,
                Optional.empty(),
                good.shard(),
                0,
                1,
                good.totalBytes(),
                good.crc32c(),
                good.payload()));

    assertThat(result).isInstanceOf(Refused.class);
  }

  @Test
  void hugeClaimIsRefusedBeforeAnythingIsAllocated() {
    AssemblyResult huge =
        assembler.accept(
            chunk(0, 2, List.of(1L << 31, 1L << 20), List.of(0L, 0L), List.of(5L, 6L)));
    AssemblyResult beyondALong =
        assembler.accept(
            chunk(0, 2, List.of(1L << 31, (1L << 31) - 1), List.of(0L, 0L), List.of(5L, 6L)));

    assertThat(huge)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.reason()).startsWith("totalBytes of run/fc@1:7 must be"));
    assertThat(beyondALong)
        .isEqualTo(
            new Refused(
                "shard 0 of run/fc@1:7: global shape must be one that a document can have, got: F32"
                    + " [2147483648, 2147483647]"));
    assertThat(assembler.usedBytes()).isZero();
  }

  @Test
  void laterChunkOfAShardThatDidNotBeginIsRefused() {
    SafeTensor tensor = Snapshots.normal("fc", 2, 1000L, 700L);
    List<Part> parts = Sharding.rows(tensor.shape(), 2);
    assembler.accept(Sharding.chunks(ID, tensor, parts, 0).get(0));

    assertThat(assembler.accept(Sharding.chunks(ID, tensor, parts, 1).get(1)))
        .isEqualTo(
            new Refused("chunk 1 of shard 1 of run/fc@1:7 came without the chunks before it"));
    assertThat(assembler.usedBytes()).isZero();
  }

  private static SnapshotAssembler assembler(long budget) {
    return new SnapshotAssembler(
        1 << 27,
        new MemoryBudget(budget, Long.MAX_VALUE, "isotherm.spectral.memory"),
        new LayerMemory(SolverKind.LAPACK)::of,
        NativeBlock::of);
  }

  private Complete assemble(List<SnapshotChunk> chunks) {
    for (SnapshotChunk chunk : chunks.subList(0, chunks.size() - 1)) {
      assertThat(assembler.accept(chunk)).isEqualTo(new Incomplete());
    }
    return complete(assembler.accept(chunks.get(chunks.size() - 1)));
  }

  private static Complete complete(AssemblyResult result) {
    assertThat(result).isInstanceOf(Complete.class);
    return (Complete) result;
  }

  private static SafeTensor tensor(
      List<Long> shape, DType dtype, Random random, Map<String, String> metadata) {
    byte[] data = new byte[(int) (shape.stream().reduce(1L, (a, b) -> a * b) * dtype.bytes())];
    random.nextBytes(data);
    return new SafeTensor("fc", dtype, shape, metadata, ByteBuffer.wrap(data));
  }

  /** A shard of zeros, which need not fit. */
  private static SnapshotChunk chunk(
      int index, int count, List<Long> global, List<Long> offsets, List<Long> extent) {
    return cut(
        index,
        count,
        global,
        offsets,
        SafeTensors.write(
            new SafeTensor(
                "fc",
                DType.F32,
                extent,
                Map.of(),
                ByteBuffer.allocate(
                    (int) (extent.stream().reduce(1L, (a, b) -> a * b) * Float.BYTES)))));
  }

  private static SnapshotChunk cut(
      int index, int count, List<Long> global, List<Long> offsets, ByteBuffer document) {
    List<SnapshotChunk> chunks = new ArrayList<>();
    SnapshotChunker.chunk(
        ID,
        Optional.of(EstimatorSpec.DEFAULT),
        Optional.of(new Shard(index, count, global, offsets)),
        List.of(document),
        chunks::add);
    return chunks.get(0);
  }

  private static ByteBuffer longer(ByteBuffer document) {
    return ByteBuffer.allocate(document.remaining() + 8).put(document).rewind();
  }
}
