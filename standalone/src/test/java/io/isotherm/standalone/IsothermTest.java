package io.isotherm.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class IsothermTest {

  private record Outcome(int status, String out, String err) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          demo --epoch 3           | Unknown option
          demo --epochs            | Missing required parameter for option '--epochs'
          demo --epochs many       | 'many' is not an int
          demo --epochs 0          | --epochs must be from 1 to 10000, got: 0
          demo --policy steep      | must be linear or constant, got: 'steep'
          demo --every 5           | such as 1epoch or 50steps, got: '5'
          demo --every 0steps      | such as 1epoch or 50steps, got: '0steps'
          demo --kafka-port 70000  | --kafka-port must be from 0 to 65535, got: 70000
          demo --http-port 65533   | --http-port must be from 0 to 65532, got: 65533
          start --epochs 3         | Unknown option
          status --http-port 0     | --http-port must be from 1 to 65532, got: 0
          topics                   | Missing required option: '--bootstrap-servers
          dance                    | Unmatched argument at index 0: 'dance'
          """)
  void aWrongCommandLineGetsOneLineAndExitStatusTwo(String line, String message) {
    Outcome outcome = run(line.split(" "));

    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err()).contains(message);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void withoutACommandThePossibleOnesAreNamed() {
    Outcome outcome = run();

    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("isotherm: a command is missing: demo, start, status");
  }

  @Test
  void helpNamesEveryFlagOfTheDemo() {
    Outcome outcome = run("demo", "--help");

    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains(
            "--epochs",
            "--seed",
            "--policy",
            "--every",
            "--keep",
            "--report",
            "--kafka-port",
            "--http-port",
            "default: 1epoch");
  }

  @Test
  void theBrokerCommandIsNotForUsers() {
    assertThat(run("--help").out())
        .contains("demo", "start", "status", "topics")
        .doesNotContain("Runs the broker alone");
  }

  private static Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Isotherm.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int status = line.execute(arguments);
    return new Outcome(status, out.toString(), err.toString());
  }
}
