package io.isotherm.benchmarks.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A comparison for other programs, with every single lap. */
final class ComparisonJson {

  private static final ObjectMapper JSON = new ObjectMapper();

  private ComparisonJson() {}

  static ObjectNode of(Comparison comparison) {
    ObjectNode root = JSON.createObjectNode();
    root.put("command", comparison.command());
    root.putObject("machine")
        .put("cpu", comparison.machine().host().cpu())
        .put("cores", comparison.machine().host().cores())
        .put("java", comparison.machine().host().java())
        .put("load", comparison.machine().host().load())
        .put("openBlas", comparison.machine().kernels().openBlas())
        .put("coreType", comparison.machine().kernels().coreType())
        .put("coreTypeSet", comparison.machine().coreType().orElse(null))
        .put("vectorBits", comparison.machine().kernels().vectorBits())
        .put("gigaflops", comparison.machine().kernels().gigaflops());
    comparison.contestants().forEach(root.putObject("contestants")::put);
    root.put("gemmPeakGigaflops", comparison.gemmPeak());
    ArrayNode rows = root.putArray("rows");
    comparison.rows().forEach(row -> add(rows.addObject(), row));
    comparison.failures().forEach(root.putObject("leftOut")::put);
    return root;
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
