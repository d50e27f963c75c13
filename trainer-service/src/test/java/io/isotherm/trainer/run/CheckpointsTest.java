package io.isotherm.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafetensorsFile;
import io.isotherm.safetensors.TensorEntry;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {

  private static final List<SafeTensor> TENSORS =
      List.of(
          new SafeTensor("w", DType.F32, List.of(1L, 2L), Map.of(), ByteBuffer.allocate(8)),
          new SafeTensor("b", DType.F32, List.of(1L), Map.of(), ByteBuffer.allocate(4)));

  @TempDir Path parent;

  @Test
  void aCheckpointIsNamedAfterItsRunAndSaysWhereItComesFrom() throws Exception {
    Path folder = parent.resolve("some/folder");

    new Checkpoints(Optional.of(folder)).write("first", RunProgress.NONE, TENSORS);

    SafetensorsFile file = SafetensorsFile.open(folder.resolve("first.safetensors"));
    assertThat(file.tensors()).extracting(TensorEntry::name).containsExactly("w", "b");
    assertThat(file.metadata())
        .containsOnly(
            Map.entry("format", "pt"),
            Map.entry("run", "first"),
            Map.entry("incarnation", "0"),
            Map.entry("step", "0"),
            Map.entry("epoch", "0"));
  }

  @Test
  void withoutAFolderNothingIsWritten() {
    new Checkpoints(Optional.empty()).write("first", RunProgress.NONE, TENSORS);

    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void aFolderThatCannotBeWrittenFailsNoRun() throws Exception {
    Path file = Files.writeString(parent.resolve("file"), "");

    assertThatCode(
            () -> new Checkpoints(Optional.of(file)).write("first", RunProgress.NONE, TENSORS))
        .doesNotThrowAnyException();
  }
}
