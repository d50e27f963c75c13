package io.isotherm.checks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneLineTest {

  @Test
  void hostileTextCannotForgeASecondLine() {
    assertThat(OneLine.of("a\r\nb\u2028c\u0085d\u001b[31m")).isEqualTo("a??b?c?d?[31m");
    assertThat(OneLine.quoted("a\nb")).isEqualTo("'a?b'");
  }

  @Test
  void hostileTextCannotFloodALog() {
    assertThat(OneLine.of("x".repeat(1_000_000))).hasSize(OneLine.MAX_LENGTH).endsWith("x...");
    assertThat(OneLine.quoted("x".repeat(1_000_000))).isEqualTo("'" + "x".repeat(80) + "...'");
  }

  @Test
  void ofSeveralLinesTheFirstIsTaken() {
    assertThat(OneLine.first("what\nadvice to programmers")).isEqualTo("what");
    assertThat(OneLine.first("\nwhat")).isEmpty();
    assertThat(OneLine.first(null)).isEmpty();
  }

  @Test
  void nothingIsSaidAsNothing() {
    assertThat(OneLine.of(null)).isEmpty();
    assertThat(OneLine.quoted(null)).isEqualTo("none");
  }
}
