package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.machine.Host;
import io.isotherm.benchmarks.table.MarkdownTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Everything that one run of the benchmark found out; its JSON is the record's own.
 *
 * @param command that makes the same run again
 * @param host that it ran on
 * @param loadAfter the load average at the end, in which this benchmark has its part
 * @param placement who ran where, in words
 * @param trials networks through the pipeline
 * @param producers settings of producers
 * @param floods networks all at once
 */
record PipelineReport(
    String command,
    Host host,
    double loadAfter,
    String placement,
    List<Trial.Result> trials,
    List<ProducerTrial.Result> producers,
    List<Flood.Result> floods) {

  private static final double MEBIBYTE = 1 << 20;
  private static final int KIBIBYTE = 1024;

  /** The Markdown that docs/performance.md holds. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("- command: `" + command + "`");
    lines.add("- machine: %s, %d cores; %s".formatted(host.cpu(), host.cores(), host.java()));
    lines.add("- " + placement);
    lines.add(
        text("- load average before the start: %.2f, at the end: %.2f", host.load(), loadAfter));
    Stream.of(trialLines(), producerLines(), floodLines())
        .filter(table -> !table.isEmpty())
        .forEach(
            table -> {
              lines.add("");
              lines.addAll(table);
            });
    return lines;
  }

  private List<String> trialLines() {
    if (trials.isEmpty()) {
      return List.of();
    }
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "network",
                "workers",
                "MiB",
                "bare s",
                "pipeline s",
                "share",
                "share by CPU",
                "way ms p50",
                "p99",
                "with solver p50",
                "p99",
                "CPU s client",
                "broker",
                "bytes on the heap client",
                "broker",
                "service",
                "peak MiB"));
    for (Trial.Result trial : trials) {
      table.add(
          List.of(
              trial.network(),
              Integer.toString(trial.workers()),
              mebibytes(trial.bytes()),
              text("%.2f", trial.bare().seconds()),
              text("%.2f", trial.pipeline().seconds()),
              text("%.0f %%", 100 * trial.share()),
              text("%.0f %%", 100 * trial.cpuShare()),
              quantile(trial, 0.5, way -> way.totalMillis() - way.solverMillis()),
              quantile(trial, 0.99, way -> way.totalMillis() - way.solverMillis()),
              quantile(trial, 0.5, Passage.Way::totalMillis),
              quantile(trial, 0.99, Passage.Way::totalMillis),
              text("%.2f", trial.client().cpuSeconds()),
              text("%.2f", trial.broker().cpuSeconds()),
              text("%.2f", trial.client().heapBytes()),
              text("%.2f", trial.broker().heapBytes()),
              text("%.2f", trial.serviceHeapBytes()),
              mebibytes(trial.peakResidentBytes())));
    }
    return table.lines();
  }

  private static String quantile(
      Trial.Result trial, double share, ToDoubleFunction<Passage.Way> millis) {
    double[] sorted = trial.ways().stream().mapToDouble(millis).sorted().toArray();
    return text("%.1f", sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))]);
  }

  private List<String> producerLines() {
    if (producers.isEmpty()) {
      return List.of();
    }
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "chunk KiB, compression, batch KiB, linger ms, acks",
                "MB/s",
                "client CPU s/GB",
                "broker CPU s/GB",
                "copies on the heap",
                "bytes on the wire"));
    for (ProducerTrial.Result result : producers) {
      ProducerTrial.Settings settings = result.settings();
      table.add(
          List.of(
              "%d, %s, %d, %d, %s"
                  .formatted(
                      settings.chunkBytes() / KIBIBYTE,
                      settings.compression(),
                      settings.batchSize() / KIBIBYTE,
                      settings.lingerMillis(),
                      settings.acks()),
              text("%.0f", result.megabytesPerSecond()),
              text("%.2f", result.clientCpuSeconds()),
              text("%.2f", result.brokerCpuSeconds()),
              text("%.2f", result.allocated()),
              text("%.3f", result.sizeOnBroker())));
    }
    return table.lines();
  }

  private List<String> floodLines() {
    if (floods.isEmpty()) {
      return List.of();
    }
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "all at once",
                "layers",
                "MiB",
                "on the broker s",
                "all outcomes s",
                "analysed",
                "median MiB resident",
                "peak"));
    for (Flood.Result flood : floods) {
      List<Long> resident = flood.residentBytes().stream().sorted().toList();
      table.add(
          List.of(
              flood.network(),
              Integer.toString(flood.layers()),
              mebibytes(flood.bytes()),
              text("%.0f", flood.sendSeconds()),
              text("%.0f", flood.seconds()),
              Long.toString(flood.analysed()),
              mebibytes(resident.get(resident.size() / 2)),
              mebibytes(flood.peakResidentBytes())));
    }
    return table.lines();
  }

  private static String mebibytes(long bytes) {
    return text("%.0f", bytes / MEBIBYTE);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
