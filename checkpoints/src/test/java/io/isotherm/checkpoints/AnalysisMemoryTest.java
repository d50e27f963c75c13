package io.isotherm.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
