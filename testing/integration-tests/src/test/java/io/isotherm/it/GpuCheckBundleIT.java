package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.isotherm.cudastub.CudaStub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The bundle of gpu-check as it is on a machine with nothing but a shell. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class GpuCheckBundleIT {

  private static final long MOST_BYTES = 48_000_000;

  @TempDir private static Path folder;

  @TempDir private Path work;

  @BeforeAll
  static void pack() throws Exception {
    IsothermCommand.Result result =
        IsothermCommand.run(folder, "gpu-check", "--bundle", folder.resolve("bundle").toString());
    assertThat(result.status()).as(result.output()).isZero();
  }

  @Test
  void bundleIsTwoFilesWithinItsBound() throws IOException {
    try (var files = Files.list(folder.resolve("bundle"))) {
      List<Path> all = files.toList();
      assertThat(all)
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder("gpu-check.sh", "gpu-check.tar.xz");
      long bytes = 0;
      for (Path file : all) {
        bytes += Files.size(file);
      }
      assertThat(bytes).isLessThanOrEqualTo(MOST_BYTES);
    }
  }

  @Test
  void withoutCudaItEndsInOneLine() throws Exception {
    Ended ended =
        run(Map.of("LD_LIBRARY_PATH", work.toString()), "--minutes", "1", "--parts", "machine");

    assumeTrue(ended.status() != 0, "this machine has CUDA and a GPU");
    assertThat(ended.status()).isEqualTo(3);
    assertThat(ended.errors()).startsWith("isotherm gpu-check: ").hasLineCount(1);
    assertThat(work).isEmptyDirectory();
  }

  @Test
  void withCudaItSaysWhatItFound() throws Exception {
    Ended ended =
        run(
            Map.of("LD_LIBRARY_PATH", CudaStub.folder().toString()),
            "--minutes",
            "20",
            "--parts",
            "machine");

    assertThat(ended.status()).as(ended.output() + ended.errors()).isZero();
    assertThat(ended.output()).contains("Stub 0").contains("PASSED");
    assertThat(work).isEmptyDirectory();
  }

  private record Ended(int status, String output, String errors) {}

  /** With no other program on the path than those of the system, and no Java. */
  private Ended run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(folder.resolve("bundle/gpu-check.sh").toString());
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output.txt");
    Path errors = folder.resolve("errors.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().put("TMPDIR", work.toString());
    builder.environment().putAll(environment);
    int status = builder.start().waitFor();
    String said =
        String.join(
            "\n",
            Files.readAllLines(errors, StandardCharsets.UTF_8).stream()
                // The JVM's, which has no switch against it.
                .filter(line -> !line.contains("incubator modules"))
                .toList());
    return new Ended(status, Files.readString(output), said);
  }
}
