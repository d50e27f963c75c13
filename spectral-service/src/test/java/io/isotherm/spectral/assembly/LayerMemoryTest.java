package io.isotherm.spectral.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.solvers.memory.MemoryNeed;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayerMemoryTest {

  private final LayerMemory memory = new LayerMemory(SolverKind.LAPACK);

  /**
   * Native and heap budget of the image in a container of 3 GiB, where Java takes 30 % for the
   * heap, and of the local stack with 1 GiB of heap on a machine of 24 GB.
   */
  static Stream<MemoryBudget> defaults() {
    long container = 3L << 30;
    return Stream.of(
        new MemoryBudget(container / 2, container * 3 / 20, "memory"),
        new MemoryBudget(6L << 30, 1L << 29, "memory"));
  }

  @ParameterizedTest
  @MethodSource("defaults")
  void layersOfLanguageModelsFitTheDefaultSettings(MemoryBudget budget) {
    assertThat(
            Stream.of(
                firstChunk(DType.F32, 4_096L, 11_008L),
                firstChunk(DType.F16, 32_000L, 4_096L),
                firstChunk(DType.BF16, 8_192L, 28_672L),
                firstChunk(DType.BF16, 128_256L, 4_096L)))
        .allSatisfy(
            first -> assertThat(budget.refusal(memory.of(LayerDocument.whole(first)))).isEmpty());
  }

  @Test
  void needIsTheDocumentAndTheWorkspace() {
    SnapshotChunk chunk = firstChunk(DType.F32, 300L, 200L);

    MemoryNeed need = memory.of(LayerDocument.whole(chunk));

    assertThat(need.nativeBytes())
        .isEqualTo(chunk.totalBytes() + SolverKind.LAPACK.workspace(300, 200).nativeBytes());
  }

  @Test
  void convolutionNeedsNoMoreThanItsLongestTwoSides() {
    MemoryNeed convolution =
        memory.of(LayerDocument.whole(firstChunk(DType.F32, 64L, 32L, 3L, 3L)));
    MemoryNeed dense = memory.of(LayerDocument.whole(firstChunk(DType.F32, 64L, 32L * 9)));

    assertThat(convolution.heapBytes()).isPositive().isLessThan(4L * dense.heapBytes());
    assertThat(convolution.nativeBytes()).isLessThanOrEqualTo(dense.nativeBytes());
  }

  @Test
  void claimOfAHeaderThatIsLargerThanItsDocumentIsNotBelieved() {
    byte[] header = SafeTensors.header("w", DType.F64, List.of(1L << 20, 1L << 30), Map.of());
    SnapshotChunk liar = chunk(header, 4_000);

    assertThat(memory.of(LayerDocument.whole(liar))).isEqualTo(new MemoryNeed(4_000, 0));
  }

  @Test
  void bytesThatAreNoDocumentNeedOnlyTheirOwnRoom() {
    assertThat(memory.of(LayerDocument.whole(chunk(new byte[8], 4_000))))
        .isEqualTo(new MemoryNeed(4_000, 0));
  }

  private static SnapshotChunk firstChunk(DType dtype, Long... shape) {
    byte[] header = SafeTensors.header("w", dtype, List.of(shape), Map.of());
    long elements = Arrays.stream(shape).reduce(1L, (a, b) -> a * b);
    return chunk(header, header.length + elements * dtype.bytes());
  }

  private static SnapshotChunk chunk(byte[] beginning, long totalBytes) {
    int length = (int) Math.min(SnapshotChunk.CHUNK_BYTES, totalBytes);
    int count = (int) ((totalBytes - 1) / SnapshotChunk.CHUNK_BYTES + 1);
    return new SnapshotChunk(
        new SnapshotId("run", 1, 10, 0, "layer"),
        Optional.empty(),
        Optional.empty(),
        0,
        count,
        totalBytes,
        0,
        Arrays.copyOf(beginning, length));
  }
}
