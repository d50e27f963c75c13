package io.isotherm.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.checkpoints.formats.gguf.GgufFiles;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryNeed;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several large tensors, more threads than the memory is for, and what is really taken of it. */
class AnalysisMemoryTest {

  private static final int THREADS = 4;

  /** The number of the type in GGUF. */
  private static final int Q8_0 = 8;

  /** The most that each solver holds outside the heap while it waits for its next layer. */
  private static final long KEPT_BYTES = 32 << 20;

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private Path file;
  private long largest;

  @BeforeEach
  void writeLargeTensors() throws Exception {
    SafeTensor[] tensors = new SafeTensor[2 * THREADS];
    for (int i = 0; i < tensors.length; i++) {
      tensors[i] = Models.gaussian("layer%d.weight".formatted(i), 300, 20_000 + 1_000L * i);
    }
    file = folder.resolve("model.safetensors");
    SafetensorsFile.write(file, Map.of(), List.of(tensors));
    largest =
        Checkpoint.open(file).tensors().stream()
            .map(Checkpoint.Tensor::entry)
            .mapToLong(AnalysisMemoryTest::needed)
            .max()
            .orElseThrow();
  }

  @Test
  void memoryIsThatOfTheBudgetAndNotOfAllThreads() throws Exception {
    long budget = largest + 1;

    long generous = peak(100 * largest);
    long small = peak(budget);

    assertThat(generous).isGreaterThan(budget + THREADS * KEPT_BYTES);
    assertThat(small).isGreaterThan(budget / 2).isLessThan(budget + THREADS * KEPT_BYTES);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("8 analysed, 0 skipped, 0 failed")
        .doesNotContain("coverage");
  }

  @Test
  void layerThatNeverFitsFailsWithTheReasonAndTheOthersAreAnalysed() throws Exception {
    peak(largest - 1);

    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("failed: needs %d bytes of memory, and --memory is ".formatted(largest))
        .contains("7 analysed, 0 skipped, 1 failed", "coverage       8");
  }

  /** 6 MB in the file, 24 MB as what is measured, and row by row between. */
  @Test
  void aLargeDequantisedLayerTakesTheMemoryOfItsWeightOrFailsWithTheReason() throws Exception {
    long rows = 300;
    long columns = 20_000;
    file = folder.resolve("model.gguf");
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] head =
          GgufFiles.join(
              GgufFiles.header(3, 1, 0), GgufFiles.tensor("layer.weight", Q8_0, 0, columns, rows));
      out.write(Arrays.copyOf(head, (head.length + 31) / 32 * 32));
      byte[] block = new byte[34];
      Random random = new Random(7);
      for (long i = 0; i < rows * columns / 32; i++) {
        random.nextBytes(block);
        block[0] = 0;
        block[1] = 0x20;
        out.write(block);
      }
    }
    long weight = rows * columns * Float.BYTES;
    long need = needed(new TensorEntry("layer.weight", "F32", List.of(rows, columns), 0, weight));

    long taken = peak(need);

    assertThat(taken).isGreaterThan(weight).isLessThan(need + KEPT_BYTES);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("dequantised Q8_0", "1 analysed, 0 skipped, 0 failed");

    peak(need - 1);

    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("failed: needs %d bytes of memory, and --memory is ".formatted(need))
        .contains("0 analysed, 0 skipped, 1 failed");
  }

  private static long needed(TensorEntry tensor) {
    return MemoryNeed.of(SolverKind.LAPACK, tensor, tensor.byteLength()).nativeBytes();
  }

  /** Analyses everything and returns the most that was taken outside the heap. */
  private long peak(long memory) throws Exception {
    AnalysisSettings settings =
        new AnalysisSettings(
            EstimatorSpec.DEFAULT,
            PrecisionMode.MIXED,
            SolverKind.LAPACK,
            new Resources(THREADS, memory),
            LayerChoice.BY_RULES,
            Optional.empty(),
            Optional.empty(),
            false);
    long before = Pointer.totalBytes();
    AtomicLong most = new AtomicLong();
    ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    var unused =
        watch.scheduleAtFixedRate(
            () -> most.accumulateAndGet(Pointer.totalBytes() - before, Math::max),
            0,
            1,
            TimeUnit.MILLISECONDS);
    out.reset();
    try {
      CheckpointAnalysis.of(CheckpointSource.of(file), settings)
          .printTable(
              new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false, false, 80));
    } finally {
      watch.shutdownNow();
    }
    return most.get();
  }
}
