package io.isotherm.terminal;

import java.util.ArrayList;
import java.util.List;

/** Columns in plain text: the first one to the left, the others as they are asked to be. */
public final class TextTable {

  /** Where a column's text stands. */
  public enum Align {
    /** At its left edge. */
    LEFT,
    /** At its right edge, for numbers. */
    RIGHT
  }

  private final List<String> header;
  private final List<Align> aligns;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A table without rows.
   *
   * @param aligns one per column
   */
  public TextTable(List<String> header, List<Align> aligns) {
    if (header.size() != aligns.size()) {
      throw new IllegalArgumentException(
          "a table with %d titles must have as many alignments, got: %d"
              .formatted(header.size(), aligns.size()));
    }
    this.header = List.copyOf(header);
    this.aligns = List.copyOf(aligns);
  }

  /** Adds a row with one text per column. */
  public void add(String... cells) {
    rows.add(checked(cells));
  }

  private List<String> checked(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(
          "a row must have %d cells, got: %d".formatted(header.size(), cells.length));
    }
    return List.of(cells);
  }

  /** The header and the rows, one string per line, without trailing blanks. */
  public List<String> lines() {
    int[] widths = widths();
    List<String> lines = new ArrayList<>();
    lines.add(line(header, widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  /** The header alone, in columns that fit the rows so far. */
  public String headerLine() {
    return line(header, widths());
  }

  /**
   * A row in columns that fit the rows so far, of which it does not become one: for tables that are
   * shown while they grow, once rows with the widest texts have been added.
   */
  public String line(String... cells) {
    return line(checked(cells), widths());
  }

  private int[] widths() {
    int[] widths = new int[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = header.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    return widths;
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String blanks = " ".repeat(Math.max(0, widths[column] - cell.length()));
      line.append("  ").append(aligns.get(column) == Align.LEFT ? cell + blanks : blanks + cell);
    }
    return line.toString().stripTrailing();
  }
}
