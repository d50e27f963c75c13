package io.isotherm.gpucheck.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.gpucheck.work.Shape;
import io.isotherm.safetensors.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class TorchTest {

  private static final String HELLO = "echo '{\"description\": \"torch 9\"}'\n";
  private static final Shape SHAPE = Shape.square(8);

  @TempDir private Path folder;

  @Test
  void noPythonIsOneLine() {
    assertThatThrownBy(() -> new Torch("/no/such/python", "cuda"))
        .isInstanceOf(TorchException.class)
        .hasMessageStartingWith("/no/such/python does not start: ");
  }

  @Test
  void aPythonWithoutTorchSaysSoItself() throws IOException {
    String python =
        python("echo >&2; echo \"ModuleNotFoundError: No module named 'torch'\" >&2; exit 1");

    assertThatThrownBy(() -> new Torch(python, "cuda"))
        .isInstanceOf(TorchException.class)
        .hasMessage("ModuleNotFoundError: No module named 'torch'");
  }

  @Test
  void anAnswerIsInSeconds() throws Exception {
    try (Torch torch =
        new Torch(python(HELLO + "read -r line; echo '{\"seconds\": 0.5}'"), "cpu")) {
      assertThat(torch.description()).isEqualTo("torch 9");
      assertThat(torch.matrices(SHAPE, DType.F32, 0.1, 60)).isEqualTo(0.5);
    }
  }

  @Test
  void anErrorOfTorchIsTheReason() throws Exception {
    String answer = "read -r line; echo '{\"error\": \"CUDA out of memory\"}'";
    try (Torch torch = new Torch(python(HELLO + answer), "cpu")) {
      assertThatThrownBy(() -> torch.matrices(SHAPE, DType.F32, 0.1, 60))
          .isInstanceOf(TorchException.class)
          .hasMessage("CUDA out of memory");
    }
  }

  @Test
  void whoTakesTooLongIsEndedAndTheNextCallStartsAnother() throws Exception {
    Path second = folder.resolve("second");
    String python =
        python(
            HELLO
                + "read -r line\n[ -e %1$s ] || { touch %1$s; exec sleep 600; }\n".formatted(second)
                + "echo '{\"seconds\": 2}'\n");
    try (Torch torch = new Torch(python, "cpu")) {
      assertThatThrownBy(() -> torch.matrices(SHAPE, DType.F32, 0.1, 1))
          .isInstanceOf(TorchException.class)
          .hasMessage("no answer within 1 s");

      assertThat(torch.matrices(SHAPE, DType.F32, 0.1, 60)).isEqualTo(2);
    }
  }

  /** A program that is called as Python is. */
  private String python(String script) throws IOException {
    Path program = folder.resolve("python");
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program.toString();
  }
}
