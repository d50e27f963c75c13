package io.isotherm.benchmarks.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownTableTest {

  @Test
  void columnsStandBelowEachOther() {
    MarkdownTable table = new MarkdownTable(List.of("shape", "ms"));
    table.add(List.of("64x64", "0.25"));
    table.add(List.of("4096x4096", "1"));

    assertThat(table.lines())
        .containsExactly(
            "| shape     |   ms |",
            "|:----------|-----:|",
            "| 64x64     | 0.25 |",
            "| 4096x4096 |    1 |");
  }

  @Test
  void rowHasACellPerTitle() {
    MarkdownTable table = new MarkdownTable(List.of("shape", "ms"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.add(List.of("64x64")))
        .withMessage("a row must have 2 cells, got: 1");
  }
}
