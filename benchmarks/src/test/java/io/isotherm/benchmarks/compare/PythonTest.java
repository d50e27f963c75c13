package io.isotherm.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.isotherm.benchmarks.workload.LayerShape;
import io.isotherm.benchmarks.workload.WeightFile;
import io.isotherm.benchmarks.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The other side, played by shell scripts that answer what a test wants. */
class PythonTest {

  private static final String HELLO = "echo '{\"description\": \"fake 1.0\"}'";
  private static final String LOADED = "read line; echo '{}'";

  @TempDir private Path folder;

  @Test
  void answersBecomeALap() throws Exception {
    String answer = "{\"wallNanos\": 7, \"cpuNanos\": 9, \"alphas\": [2.5, null]}";

    try (Python python = fake(HELLO, LOADED, "read line; echo '" + answer + "'");
        WeightFile weights = weights()) {
      python.load(weights);
      Lap lap = python.run();

      assertThat(python.description()).isEqualTo("fake 1.0");
      assertThat(lap).isEqualTo(new Lap(7, 9, List.of(2.5, Double.NaN)));
    }
  }

  @Test
  void missingPythonIsOneLine() {
    assertThatExceptionOfType(ContestantException.class)
        .isThrownBy(() -> start("/nowhere/python3"))
        .withMessageStartingWith("/nowhere/python3 does not start: ")
        .withMessageNotContaining("\n");
  }

  @Test
  void missingLibraryIsTheLastLineThatPythonSaid() {
    assertThatExceptionOfType(ContestantException.class)
        .isThrownBy(
            () -> fake("echo Traceback >&2; echo 'ModuleNotFoundError: No module' >&2; exit 1"))
        .withMessage("torch ended with status 1: ModuleNotFoundError: No module");
  }

  @Test
  void deathInTheMiddleIsOneLine() throws Exception {
    try (Python python = fake(HELLO, LOADED, "read line; exit 9");
        WeightFile weights = weights()) {
      python.load(weights);

      assertThatExceptionOfType(ContestantException.class)
          .isThrownBy(python::run)
          .withMessage("torch ended with status 9");
      assertThatExceptionOfType(ContestantException.class)
          .as("a request to the dead")
          .isThrownBy(python::run)
          .withMessage("torch ended with status 9");
    }
  }

  @Test
  void answersThatAreNoAnswersAreRefused() throws Exception {
    assertThatExceptionOfType(ContestantException.class)
        .isThrownBy(() -> fake("echo Welcome"))
        .withMessage("torch answered what is no JSON: Welcome");
    assertThatExceptionOfType(ContestantException.class)
        .isThrownBy(() -> fake("echo 17"))
        .withMessage("torch answered what is not asked: 17");
    try (Python python =
            fake(HELLO, LOADED, "read line; echo '{\"wallNanos\": 7, \"alphas\": [2.5]}'");
        WeightFile weights = weights()) {
      python.load(weights);

      assertThatExceptionOfType(ContestantException.class)
          .isThrownBy(python::run)
          .withMessage("torch answered 1 alphas for 2 layers");
    }
  }

  @Test
  void opponentThatDiesIsOutAndTheRestGoesOn() throws Exception {
    // Given
    String answer = "{\"wallNanos\": 7, \"cpuNanos\": 9, \"alphas\": [2.5, 2.5]}";
    Path script = script(HELLO, LOADED, "read line; echo '" + answer + "'", "exit 3");
    try (Opponents opponents =
            Opponents.start(folder, script.toString(), List.of(Opponent.TORCH), OptionalInt.of(1));
        Isotherm engine = new Isotherm(1);
        WeightFile weights = weights()) {

      // When
      Row row = new Race(engine, opponents, Pace.QUICK).run(weights);

      // Then
      assertThat(row.laps()).isNotEmpty();
      assertThat(row.pairings()).isEmpty();
      assertThat(row.withoutAlpha()).isZero();
      assertThat(opponents.active()).isEmpty();
      assertThat(opponents.leftOut()).containsEntry("torch", "torch ended with status 3");
    }
  }

  @Test
  void layersAreSharedByWhatTheyCost() {
    List<LayerShape> layers =
        Stream.of("8x8", "64x64", "16x16", "64x64", "32x32").map(LayerShape::parse).toList();

    assertThat(Python.shares(layers, 2)).containsExactly(List.of(1, 4), List.of(3, 2, 0));
    assertThat(Python.shares(layers, 1)).containsExactly(List.of(1, 3, 4, 2, 0));
  }

  private WeightFile weights() throws IOException {
    return WeightFile.write(folder, Workload.parse("2*16x16", 1), 1);
  }

  private Python fake(String... lines) throws IOException, ContestantException {
    return start(script(lines).toString());
  }

  private Python start(String python) throws ContestantException {
    return Python.start(folder, python, Opponent.TORCH, OptionalInt.empty());
  }

  private Path script(String... lines) throws IOException {
    Path script =
        Files.createTempFile(
            folder,
            "fake",
            ".sh",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return Files.writeString(script, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
  }
}
