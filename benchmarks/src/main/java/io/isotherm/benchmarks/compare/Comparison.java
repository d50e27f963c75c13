package io.isotherm.benchmarks.compare;

import io.isotherm.benchmarks.table.MarkdownTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Everything that one run found out, as the Markdown that docs/performance.md holds.
 *
 * @param command that makes the same run again
 * @param machine that it ran on
 * @param contestants names with versions, libraries and threads
 * @param gemmPeak the largest of all measurements of this run, in GFLOP/s
 * @param rows in the order in which they were measured
 * @param failures names of contestants that did not take part or did not reach the end, with
 *     reasons
 */
record Comparison(
    String command,
    Machine machine,
    Map<String, String> contestants,
    double gemmPeak,
    List<Row> rows,
    Map<String, String> failures) {

  private static final String NOTHING = "–";
  private static final List<String> TITLES =
      List.of(
          "workload",
          "layers",
          "isotherm ms",
          "CPU ms",
          "of peak",
          "in fp64",
          "α off by",
          "beside",
          "its ms",
          "its CPU ms",
          "times faster",
          "from–to",
          "times less CPU",
          "α apart");

  Comparison {
    contestants = new LinkedHashMap<>(contestants);
    failures = new LinkedHashMap<>(failures);
    rows = List.copyOf(rows);
  }

  /** Machine, versions, table and what went wrong. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("- command: `" + command + "`");
    lines.add(
        "- machine: %s, %d cores; %s"
            .formatted(machine.host().cpu(), machine.host().cores(), machine.host().java()));
    lines.add("- kernels: " + machine.description());
    lines.add(
        text(
            "- sgemm reaches %.0f GFLOP/s on one thread, %.0f on all workers at once",
            machine.kernels().gigaflops(), gemmPeak));
    contestants.forEach((name, description) -> lines.add("- " + name + ": " + description));
    lines.add(text("- load average before the start: %.2f", machine.host().load()));
    lines.add("");
    MarkdownTable table = new MarkdownTable(TITLES);
    rows.forEach(row -> addTo(table, row));
    lines.addAll(table.lines());
    List<String> notes = notes();
    if (!notes.isEmpty()) {
      lines.add("");
      notes.forEach(note -> lines.add("- " + note));
    }
    return lines;
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    machine.kernels().warning().ifPresent(notes::add);
    machine.host().warning().ifPresent(notes::add);
    failures.forEach((name, reason) -> notes.add(name + " is left out: " + reason));
    rows.stream()
        .filter(row -> row.withoutAlpha() > 0)
        .forEach(
            row ->
                notes.add(
                    "%s: %d of %d layers have no alpha"
                        .formatted(
                            row.workload().name(),
                            row.withoutAlpha(),
                            row.workload().layers().size())));
    return notes;
  }

  private void addTo(MarkdownTable table, Row row) {
    List<String> ours =
        List.of(
            row.workload().name(),
            String.valueOf(row.workload().layers().size()),
            time(row.millis(row.laps(), Lap::wallNanos)),
            time(row.millis(row.laps(), Lap::cpuNanos)),
            text("%.0f %%", 100 * row.floorGigaflops() / gemmPeak),
            text("%.0f %%", 100 * row.doubleShare()),
            difference(row.referenceDifference()));
    if (row.pairings().isEmpty()) {
      List<String> cells = new ArrayList<>(ours);
      while (cells.size() < TITLES.size()) {
        cells.add(NOTHING);
      }
      table.add(cells);
    }
    for (Pairing pairing : row.pairings()) {
      List<String> cells = new ArrayList<>(ours);
      cells.add(pairing.opponent());
      cells.add(time(row.millis(pairing.theirs(), Lap::wallNanos)));
      cells.add(time(row.millis(pairing.theirs(), Lap::cpuNanos)));
      List<Double> ratios = pairing.wallRatios();
      cells.add(times(Statistics.median(ratios)));
      cells.add(text("%.2f–%.2f", ratios.get(0), ratios.get(ratios.size() - 1)));
      cells.add(times(Statistics.median(pairing.cpuRatios())));
      cells.add(difference(pairing.alphaDifference()));
      table.add(cells);
    }
  }

  /** Three digits, as many as such a time deserves. */
  private static String time(double millis) {
    return text(millis < 10 ? "%.2f" : millis < 100 ? "%.1f" : "%.0f", millis);
  }

  /** The clocks of CPU time may not have seen a short lap at all. */
  private static String times(double ratio) {
    return Double.isFinite(ratio) ? text("%.2f", ratio) : NOTHING;
  }

  private static String difference(double value) {
    return Double.isNaN(value) ? NOTHING : text("%.0e", value);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
