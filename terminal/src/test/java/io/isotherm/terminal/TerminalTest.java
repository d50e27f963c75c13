package io.isotherm.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {

  private static final String CLEAR = "\r\u001B[K";
  private static final String NEWLINE = System.lineSeparator();

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @AfterEach
  void forgetProperties() {
    System.clearProperty("isotherm.terminal");
    System.clearProperty("isotherm.columns");
  }

  @Test
  void inAFileThereAreOnlyTheLinesThatStay() {
    Terminal terminal = terminal(false);

    terminal.status("10 %");
    terminal.print("epoch 1");
    terminal.clearStatus();

    assertThat(written()).isEqualTo("epoch 1" + NEWLINE);
  }

  @Test
  void aLineThatStaysGoesAboveTheStatusLine() {
    Terminal terminal = terminal(true);

    terminal.status("10 %");
    terminal.print("epoch 1");

    assertThat(written()).isEqualTo(CLEAR + "10 %" + CLEAR + "epoch 1" + NEWLINE + "10 %");
  }

  @Test
  void aClearedStatusLineDoesNotComeBack() {
    Terminal terminal = terminal(true);

    terminal.status("10 %");
    terminal.clearStatus();
    terminal.clearStatus();
    terminal.print("end");

    assertThat(written()).isEqualTo(CLEAR + "10 %" + CLEAR + "end" + NEWLINE);
  }

  @Test
  void aBarThatIsDrawnAfterItsEndIsNotShown() {
    Terminal terminal = terminal(true);
    StatusLine bar = new StatusLine(terminal);

    bar.accept("99 %");
    bar.close();
    bar.accept("100 %");
    terminal.print("end");

    assertThat(written()).isEqualTo(CLEAR + "99 %" + CLEAR + "end" + NEWLINE);
  }

  @Test
  void aStatusLineNeverWraps() {
    terminal(true).status("x".repeat(50));

    assertThat(written()).isEqualTo(CLEAR + "x".repeat(39));
  }

  @ParameterizedTest
  @CsvSource({
    "true, TERM, xterm, true, true",
    "true, NO_COLOR, 1, true, false",
    "true, NO_COLOR, '', true, true",
    "true, TERM, dumb, false, false",
    "false, TERM, xterm, false, false"
  })
  void theEnvironmentDecidesOnColours(
      String isTerminal, String variable, String value, boolean interactive, boolean colours) {
    System.setProperty("isotherm.terminal", isTerminal);

    Terminal terminal = Terminal.standardOutput(Map.of(variable, value));

    assertThat(terminal.isInteractive()).isEqualTo(interactive);
    assertThat(terminal.bold("x")).isEqualTo(colours ? "\u001B[1mx\u001B[0m" : "x");
    assertThat(terminal.warm("x")).isEqualTo(colours ? "\u001B[33mx\u001B[0m" : "x");
    assertThat(terminal.cold("x")).isEqualTo(colours ? "\u001B[36mx\u001B[0m" : "x");
  }

  @ParameterizedTest
  @CsvSource({"120, 120", "5, 40", "many, 80", "'', 80"})
  void theWidthIsTheScriptsButNeverTooSmall(String property, int columns) {
    System.setProperty("isotherm.columns", property);

    assertThat(Terminal.standardOutput(Map.of()).columns()).isEqualTo(columns);
  }

  private Terminal terminal(boolean interactive) {
    return new Terminal(
        new PrintStream(bytes, true, StandardCharsets.UTF_8), interactive, false, 40);
  }

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
