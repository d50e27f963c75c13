package io.isotherm.checkpoints;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.methods.json.Json;
import java.util.Optional;

/** The summary as one JSON object. */
final class SummaryJson {

  private SummaryJson() {}

  /**
   * The object.
   *
   * @param isVerbose whether every tensor that was left out is named
   */
  static ObjectNode of(Tally tally, Coverage coverage, boolean isVerbose) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    ObjectNode summary = json.putObject("summary");
    summary.put("analysed", tally.analysed());
    summary.put("skipped", tally.skipped());
    summary.put("failed", tally.failed());
    tally
        .stacks()
        .forEach((name, members) -> summary.withArray("stacks").add(stack(name, members)));
    putCoverage(summary.putObject("coverage"), coverage, isVerbose);
    return json;
  }

  private static ObjectNode stack(String name, Tally members) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("stack", name);
    json.put("members", members.analysed() + members.skipped() + members.failed());
    json.put("analysed", members.analysed());
    Optional<Tally.Spread> spread = members.spread();
    JsonAnalysisReport.putNumber(json, "meanAlpha", spread.map(Tally.Spread::mean));
    JsonAnalysisReport.putNumber(json, "medianAlpha", spread.map(Tally.Spread::median));
    JsonAnalysisReport.putNumber(
        json, "smallestAlpha", spread.map(some -> some.smallest().alpha()));
    JsonAnalysisReport.putNumber(json, "largestAlpha", spread.map(some -> some.largest().alpha()));
    return json;
  }

  private static void putCoverage(ObjectNode json, Coverage coverage, boolean isVerbose) {
    json.put("parameters", (long) coverage.parameters());
    json.put("measured", (long) coverage.measured());
    json.put("share", coverage.share());
    json.put("shareOfLayers", coverage.shareOfLayers());
    json.put("warning", coverage.warning().orElse(null));
    json.putArray("leftOut");
    for (Coverage.Part part : coverage.leftOut()) {
      ObjectNode left = json.withArray("leftOut").addObject();
      left.put("reason", part.reason());
      left.put("tensors", part.tensors().count());
      left.put("parameters", (long) part.tensors().parameters());
      if (isVerbose) {
        part.tensors().names().forEach(left.putArray("names")::add);
      }
    }
  }
}
