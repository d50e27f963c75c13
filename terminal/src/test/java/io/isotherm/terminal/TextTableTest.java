package io.isotherm.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.terminal.TextTable.Align;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {

  private final TextTable table =
      new TextTable(List.of("layer", "n", "note"), List.of(Align.LEFT, Align.RIGHT, Align.LEFT));

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    table.add("conv1.weight", "7", "");
    table.add("fc", "1234", "not tuned");

    assertThat(table.lines())
        .containsExactly(
            "  layer            n  note", //
            "  conv1.weight     7",
            "  fc            1234  not tuned");
  }

  @Test
  void aTableWithoutRowsIsItsHeader() {
    assertThat(table.lines()).containsExactly("  layer  n  note");
  }

  @Test
  void aRowOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> table.add("conv"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a row must have 3 cells, got: 1");
  }

  @Test
  void aColumnWithoutAnAlignmentIsRefused() {
    assertThatThrownBy(() -> new TextTable(List.of("a", "b"), List.of(Align.LEFT)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a table with 2 titles must have as many alignments, got: 1");
  }
}
