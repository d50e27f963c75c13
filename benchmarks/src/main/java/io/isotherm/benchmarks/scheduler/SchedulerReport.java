package io.isotherm.benchmarks.scheduler;

import io.isotherm.benchmarks.machine.Host;
import io.isotherm.benchmarks.table.MarkdownTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Everything that one run of the benchmark found out; its JSON is the record's own.
 *
 * @param command that makes the same run again
 * @param host that it ran on
 * @param loadAfter the load average at the end, in which this benchmark has its part
 * @param timeline the runs and their layers
 * @param one the first part
 * @param takeover the second part; null if it was left out
 */
record SchedulerReport(
    String command,
    Host host,
    double loadAfter,
    Timeline timeline,
    OneInstance.Result one,
    Takeover.Result takeover) {

  private static final double MEBIBYTE = 1 << 20;

  /** The Markdown that docs/performance.md holds. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("- command: `" + command + "`");
    lines.add("- machine: %s, %d cores; %s".formatted(host.cpu(), host.cores(), host.java()));
    lines.add(
        text("- load average before the start: %.2f, at the end: %.2f", host.load(), loadAfter));
    lines.add("");
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                text("one instance, %d runs of %d layers", timeline.runs(), timeline.layers()),
                ""));
    table.add(List.of("decisions per second", text("%.1f", one.decisionsPerSecond())));
    table.add(List.of("outcomes per second", text("%.0f", one.outcomesPerSecond())));
    table.add(List.of("CPU ms per decision", text("%.1f", 1e3 * one.cpuSecondsPerDecision())));
    table.add(List.of("cores kept busy", text("%.2f", one.cores())));
    table.add(
        List.of(
            text("latency at %.0f outcomes per second, median ms", one.pace()),
            text("%.0f", one.latency().medianMillis())));
    table.add(List.of("the same, 99th percentile ms", text("%.0f", one.latency().p99Millis())));
    table.add(List.of("peak resident MiB", mebibytes(one.peakResidentBytes())));
    table.add(List.of("heap in use after a collection, MiB", mebibytes(one.liveHeapBytes())));
    table.add(List.of("state on disk, MiB", mebibytes(one.stateBytes())));
    table.add(List.of("changelog bytes per outcome", text("%.0f", one.changelogBytesPerOutcome())));
    lines.addAll(table.lines());
    if (takeover != null) {
      lines.add("");
      lines.addAll(takeoverLines());
    }
    return lines;
  }

  private List<String> takeoverLines() {
    MarkdownTable table =
        new MarkdownTable(List.of(text("two instances, %s killed", takeover.killed()), ""));
    takeover
        .partitions()
        .forEach(
            (name, partitions) ->
                table.add(
                    List.of(
                        "partitions of " + name,
                        partitions.stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(" ")))));
    table.add(List.of("runs that lost their scheduler", String.valueOf(takeover.runs())));
    table.add(List.of("outcomes per second meanwhile", text("%.0f", takeover.pace())));
    table.add(
        List.of(
            "latency before the kill, median ms", text("%.0f", takeover.before().medianMillis())));
    table.add(
        List.of(
            "seconds to a first decision of these runs", text("%.1f", takeover.firstSeconds())));
    table.add(
        List.of(
            "seconds until no decision was more than 1 s late",
            text("%.1f", takeover.caughtUpSeconds())));
    table.add(
        List.of("seconds until each of these runs had one", text("%.1f", takeover.allSeconds())));
    table.add(
        List.of(
            "decisions, one for each step, revisions without a gap",
            String.valueOf(takeover.decisions())));
    return table.lines();
  }

  private static String mebibytes(long bytes) {
    return text("%.0f", bytes / MEBIBYTE);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
