package io.isotherm.benchmarks.table;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A Markdown table whose columns also stand below each other in plain text. */
public final class MarkdownTable {

  private final List<List<String>> rows = new ArrayList<>();

  /** A table without rows. */
  public MarkdownTable(List<String> titles) {
    rows.add(List.copyOf(titles));
  }

  /** Adds a row with one text per title. */
  public void add(List<String> cells) {
    if (cells.size() != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "a row must have %d cells, got: %d".formatted(rows.get(0).size(), cells.size()));
    }
    rows.add(List.copyOf(cells));
  }

  /** Titles, rule and rows; the first column to the left, the others to the right. */
  public List<String> lines() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    rows.forEach(row -> lines.add(line(row, widths)));
    StringBuilder rule = new StringBuilder("|");
    for (int i = 0; i < columns; i++) {
      rule.append(i == 0 ? ":" : "-").append("-".repeat(widths[i])).append(i == 0 ? "-|" : ":|");
    }
    lines.add(1, rule.toString());
    return lines;
  }

  private static String line(List<String> cells, int[] widths) {
    List<String> padded = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      String blanks = " ".repeat(widths[i] - cells.get(i).length());
      padded.add(i == 0 ? cells.get(i) + blanks : blanks + cells.get(i));
    }
    return padded.stream().collect(Collectors.joining(" | ", "| ", " |"));
  }
}
