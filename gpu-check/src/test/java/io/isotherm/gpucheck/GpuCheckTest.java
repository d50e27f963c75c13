package io.isotherm.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.isotherm.cudastub.CudaStub;
import io.isotherm.solvers.cuda.CudaLibraries;
import io.isotherm.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check on the stub, without time for what needs a GPU's speed. */
class GpuCheckTest {

  @TempDir private Path folder;

  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @BeforeAll
  static void useTheStub() {
    System.setProperty(CudaLibraries.PATH_PROPERTY, CudaStub.folder().toString());
  }

  @Test
  void everyPartEndsAndSaysWhatItHadNoTimeFor() throws Exception {
    Path json = folder.resolve("check.json");
    Set<Part> parts = Set.of(Part.SPEED, Part.SETS, Part.CPU, Part.SWEEP);

    int status = check(Double.MIN_NORMAL, parts, Optional.of(json)).run();

    assertThat(status).isEqualTo(GpuCheck.PASSED);
    assertThat(printed())
        .contains("CUDA: CUDA device 0 (Stub 0)")
        .containsPattern("left out: speed: no time for .*8192x8192 in BF16")
        .contains("left out: layers of networks: no time for gpt2-small; resnet-18; llama-7b")
        .contains("| speed ")
        .contains("PASSED");
    JsonNode found = new ObjectMapper().readTree(Files.readString(json));
    assertThat(found.path("passed").asBoolean()).isTrue();
    assertThat(found.path("machine").path("cuda").asText()).contains("Stub 0");
    assertThat(found.path("leftOut")).isNotEmpty();
  }

  @Test
  void accuracyThatWasNotCheckedIsNoPass() {
    int status = check(Double.MIN_NORMAL, Set.of(Part.ACCURACY), Optional.empty()).run();

    assertThat(status).isEqualTo(GpuCheck.FAILED);
    assertThat(printed()).contains("accuracy was not checked on all kinds of weights");
  }

  private GpuCheck check(double minutes, Set<Part> parts, Optional<Path> json) {
    GpuCheckSettings settings = new GpuCheckSettings(minutes, parts, "/no/such/python", json);
    PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
    return new GpuCheck(settings, new Terminal(out, false, false, 200));
  }

  private String printed() {
    return output.toString(StandardCharsets.UTF_8);
  }
}
