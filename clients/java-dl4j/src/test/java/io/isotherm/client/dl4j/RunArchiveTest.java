package io.isotherm.client.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.client.Rates;
import io.isotherm.client.RunCheckpoint;
import io.isotherm.client.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class RunArchiveTest {

  private static final Rates RATES =
      new Rates("d1", 3, 0, Map.of("stem.conv", 0.5, "block.conv", 1.5, "dense", 1.2));

  @TempDir private Path folder;

  @Test
  void aResumedRunGoesOnWithItsFactorsBitForBit() throws IOException {
    // Given: a run that trains 10 steps with factors, saved after 5
    Path file = folder.resolve("run.zip");
    ComputationGraph whole = Graphs.scheduled(DataType.FLOAT, "resumed");
    RunCheckpoint before = new RunCheckpoint("resumed", 1, RATES);
    try (TrainingRun run =
        TrainingRun.resume(Graphs.NO_BROKER, Graphs.description(whole, "resumed", 2), before)) {
      Balancing balancing = Balancing.attach(whole, run, new SnapshotInterval.Epochs(1));
      train(whole, 0, 5);
      new RunArchive(whole, run.checkpoint()).save(file);
      train(whole, 5, 10);
      balancing.close();
    }
    INDArray expected = whole.params().dup();

    // When: another process would take it up
    RunArchive archive = RunArchive.load(file);
    ComputationGraph resumed = archive.graph();
    try (TrainingRun run =
        TrainingRun.resume(
            Graphs.NO_BROKER, Graphs.description(resumed, "resumed", 3), archive.checkpoint())) {
      Balancing balancing = Balancing.attach(resumed, run, new SnapshotInterval.Epochs(1));
      train(resumed, 5, 10);
      balancing.close();
    }

    // Then
    assertThat(archive.checkpoint().rates()).isEqualTo(RATES);
    assertThat(resumed.params()).isEqualTo(expected);
    assertThat(resumed.getUpdater().getStateViewArray())
        .isEqualTo(whole.getUpdater().getStateViewArray());
  }

  @Test
  void theFactorsMatterToThatTest() {
    // Given
    ComputationGraph with = Graphs.scheduled(DataType.FLOAT, "factors");
    LiveRates.of("factors").latch(RATES);
    ComputationGraph without = Graphs.scheduled(DataType.FLOAT, "no-factors");

    // When
    train(with, 0, 2);
    train(without, 0, 2);

    // Then
    assertThat(with.params()).isNotEqualTo(without.params());
  }

  @Test
  void savingReplacesTheArchiveAndLeavesNothingElseBehind() throws IOException {
    // Given
    Path file = folder.resolve("run.zip");
    ComputationGraph graph = Graphs.scheduled(DataType.FLOAT, "again");
    new RunArchive(graph, new RunCheckpoint("again", 1, Rates.NONE)).save(file);

    // When
    new RunArchive(graph, new RunCheckpoint("again", 2, Rates.NONE)).save(file);

    // Then
    assertThat(RunArchive.load(file).checkpoint().incarnation()).isEqualTo(2);
    assertThat(folder).isDirectoryContaining(path -> path.equals(file));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aModelWithoutARunIsNoArchive() throws IOException {
    // Given
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(Graphs.scheduled(DataType.FLOAT, "model"), file.toFile(), true);

    // When, Then
    assertThatThrownBy(() -> RunArchive.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("must have an entry isotherm.json");
  }

  @Test
  void aFileOfAnotherKindIsNoArchive() throws IOException {
    Path file = Files.writeString(folder.resolve("text.zip"), "not a zip");
    assertThatThrownBy(() -> RunArchive.load(file)).isInstanceOf(IOException.class);
  }

  private static void train(ComputationGraph graph, int from, int to) {
    for (int step = from; step < to; step++) {
      graph.fit(Graphs.batch(DataType.FLOAT, step));
    }
  }
}
