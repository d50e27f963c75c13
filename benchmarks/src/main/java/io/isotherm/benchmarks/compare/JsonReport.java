package io.isotherm.benchmarks.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A report for other programs, with every single lap. */
final class JsonReport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonReport() {}

  /** Writes the file, or replaces it. */
  static void write(Report report, Path file) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("command", report.command());
    root.putObject("machine")
        .put("cpu", report.machine().cpu())
        .put("cores", report.machine().cores())
        .put("java", report.machine().java())
        .put("blas", report.machine().blas())
        .put("load", report.machine().load());
    report.contestants().forEach(root.putObject("contestants")::put);
    root.put("gemmPeakGigaflops", report.gemmPeak());
    ArrayNode rows = root.putArray("rows");
    report.rows().forEach(row -> add(rows.addObject(), row));
    report.failures().forEach(root.putObject("leftOut")::put);
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
  }

  private static void add(ObjectNode target, Row row) {
    target.put("workload", row.workload().name());
    target.put("layers", row.workload().layers().size());
    target.put("units", row.workload().units());
    target.put("weights", row.workload().weights().label());
    target.put("floorFlops", row.workload().floorFlops());
    target.put("doublePrecisionShare", row.doubleShare());
    target.put("layersWithoutAlpha", row.withoutAlpha());
    put(target, "alphaOffBy", row.referenceDifference());
    put(target.putArray("laps"), row.laps());
    ArrayNode pairings = target.putArray("pairings");
    for (Pairing pairing : row.pairings()) {
      ObjectNode node = pairings.addObject();
      node.put("opponent", pairing.opponent());
      node.put("timesFaster", Statistics.median(pairing.wallRatios()));
      node.put("timesLessCpu", Statistics.median(pairing.cpuRatios()));
      put(node, "alphaApart", pairing.alphaDifference());
      put(node.putArray("ours"), pairing.ours());
      put(node.putArray("theirs"), pairing.theirs());
    }
  }

  /** JSON has no NaN. */
  private static void put(ObjectNode target, String field, double value) {
    if (Double.isNaN(value)) {
      target.putNull(field);
    } else {
      target.put(field, value);
    }
  }

  private static void put(ArrayNode target, List<Lap> laps) {
    for (Lap lap : laps) {
      target.addObject().put("wallNanos", lap.wallNanos()).put("cpuNanos", lap.cpuNanos());
    }
  }
}
