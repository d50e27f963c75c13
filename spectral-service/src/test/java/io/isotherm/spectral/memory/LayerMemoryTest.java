package io.isotherm.spectral.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.solvers.SolverKind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LayerMemoryTest {

  /** What the image's container has by default. */
  private static final long CONTAINER = 3L << 30;

  private final LayerMemory memory = new LayerMemory(SolverKind.LAPACK);

  @Test
  void headOfALanguageModelFitsTheDefaultSettings() {
    MemoryNeed need = memory.of(firstChunk(DType.BF16, 128_256L, 4_096L));

    assertThat(new MemoryBudget(CONTAINER / 2, CONTAINER / 8).refusal(need)).isEmpty();
  }

  @Test
  void needIsTheDocumentAndTheWorkspace() {
    SnapshotChunk chunk = firstChunk(DType.F32, 300L, 200L);

    MemoryNeed need = memory.of(chunk);

    assertThat(need.nativeBytes())
        .isEqualTo(chunk.totalBytes() + SolverKind.LAPACK.workspace(300, 200).nativeBytes());
  }

  @Test
  void convolutionNeedsNoMoreThanItsLongestTwoSides() {
    MemoryNeed convolution = memory.of(firstChunk(DType.F32, 64L, 32L, 3L, 3L));
    MemoryNeed dense = memory.of(firstChunk(DType.F32, 64L, 32L * 9));

    assertThat(convolution.heapBytes()).isPositive().isLessThan(4L * dense.heapBytes());
    assertThat(convolution.nativeBytes()).isLessThanOrEqualTo(dense.nativeBytes());
  }

  @Test
  void claimOfAHeaderThatIsLargerThanItsDocumentIsNotBelieved() {
    byte[] header = SafeTensors.header("w", DType.F64, List.of(1L << 20, 1L << 30), Map.of());
    SnapshotChunk liar = chunk(header, 4_000);

    assertThat(memory.of(liar)).isEqualTo(new MemoryNeed(4_000, 0));
  }

  @Test
  void bytesThatAreNoDocumentNeedOnlyTheirOwnRoom() {
    assertThat(memory.of(chunk(new byte[8], 4_000))).isEqualTo(new MemoryNeed(4_000, 0));
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
        0,
        count,
        totalBytes,
        0,
        Arrays.copyOf(beginning, length));
  }
}
