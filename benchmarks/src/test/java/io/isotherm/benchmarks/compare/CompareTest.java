package io.isotherm.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The whole command on the smallest shape, with whatever Python is there. */
class CompareTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void measuresTheSmallestShapesBesideThePythonThatIsHere() {
    int status =
        run("--quick", "--shapes", "32x32,16x8x3x3", "--threads", "1", "--against", "numpy");

    assertThat(status).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("| 32x32 ", "| 16x8x3x3 ", "- isotherm: solver lapack, 1 worker of one thread");
    if (out.toString().contains("numpy is left out")) {
      System.out.println("CompareTest: without Python: " + err.toString().lines().toList());
    } else {
      System.out.println("CompareTest: beside " + line("- numpy: "));
      assertThat(line("| 32x32 ")).contains(" numpy |");
      assertThat(difference(line("| 32x32 "))).isLessThan(1e-4);
      assertThat(difference(line("| 16x8x3x3 "))).isLessThan(1e-4);
    }
  }

  private String line(String start) {
    return out.toString().lines().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
  }

  private static double difference(String row) {
    String[] cells = row.strip().split("\\s*\\|\\s*");
    return Double.parseDouble(cells[cells.length - 1]);
  }

  @Test
  void withoutPythonItSaysSoInOneLineAndPrintsTheRest() {
    int status =
        run("--quick", "--shapes", "8x8", "--threads", "1", "--python", "/nowhere/python3");

    assertThat(status).isZero();
    assertThat(out.toString().lines().filter(line -> line.startsWith("- torch is left out: ")))
        .hasSize(1);
    assertThat(line("| 8x8 ")).contains(" – ");
  }

  @ParameterizedTest
  @CsvSource({
    "--shapes, resnet-19, --shapes: layer set must be one of",
    "--repeat, 0, --repeat and --threads must be 1 or more",
    "--threads, 0, --repeat and --threads must be 1 or more",
    "--against, scipy, 'torch, torch-processes, numpy'",
  })
  void refusesBadOptionsInOneLine(String option, String value, String message) {
    assertThat(run(option, value)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  private int run(String... arguments) {
    return Compare.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
