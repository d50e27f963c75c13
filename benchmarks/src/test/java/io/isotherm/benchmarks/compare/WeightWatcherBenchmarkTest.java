package io.isotherm.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command with programs of its own in the place of the two that it times. */
class WeightWatcherBenchmarkTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void bothProcessesAreTimedAndTheirAlphasCompared() throws IOException {
    // Given an engine and an opponent that say the same of one layer, and not of the other
    program(
        "isotherm", "echo '{\"layer\":\"a\",\"alpha\":2}'; echo '{\"layer\":\"b\",\"alpha\":4}'");
    Path python =
        program(
            "python",
            "echo noise; echo '{\"layer\":\"b\",\"alpha\":5}'; echo '{\"layer\":\"a\",\"alpha\":2}'");

    // When
    int status = run("--quick", "--layers", "2*8x4", "--python", python.toString());

    // Then
    assertThat(status).as(err.toString()).isZero();
    assertThat(out.toString())
        .startsWith("- command: `benchmarks/weightwatcher --quick --layers 2*8x4 --python ")
        .contains("| 2*8x4 ")
        .contains("   2e-01 |");
  }

  @Test
  void bothGetTheSameCheckpointOfNamedMatrices() throws IOException {
    program(
        "isotherm",
        "cp \"$5\" " + folder.resolve("ours") + "; echo '{\"layer\":\"a\",\"alpha\":2}'");
    Path python =
        program(
            "python",
            "cp \"$2\" " + folder.resolve("theirs") + "; echo '{\"layer\":\"a\",\"alpha\":2}'");

    run("--quick", "--layers", "2*8x4", "--python", python.toString());

    assertThat(folder.resolve("ours")).hasSameBinaryContentAs(folder.resolve("theirs"));
    assertThat(Files.readString(folder.resolve("ours"), StandardCharsets.ISO_8859_1))
        .contains("blocks.000.weight", "blocks.001.weight", "[8,4]");
  }

  @Test
  void aProcessThatFailsIsToldInOneLine() throws IOException {
    program("isotherm", "echo '{\"layer\":\"a\",\"alpha\":2}'");
    Path python = program("python", "echo 'No module named weightwatcher' >&2; exit 1");

    int status = run("--quick", "--layers", "8x4", "--python", python.toString());

    assertThat(status).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(err.toString().lines().toList())
        .last()
        .asString()
        .isEqualTo(
            "weightwatcher: %s ended with status 1 and 0 layers: No module named weightwatcher"
                .formatted(python));
  }

  @ParameterizedTest
  @CsvSource({
    "--layers, resnet-18, '--layers: must be matrices alone, got: resnet-18'",
    "--layers, gpt-9, '--layers: layer set must be one of '",
    "--repeat, 0, --repeat must be 1 or more",
  })
  void refusesBadOptionsInOneLine(String option, String value, String message) {
    assertThat(run(option, value)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  private Path program(String name, String script) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private int run(String... arguments) {
    CommandLine command =
        WeightWatcherBenchmark.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 1];
    all[0] = "--project=" + folder;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return command.execute(all);
  }
}
