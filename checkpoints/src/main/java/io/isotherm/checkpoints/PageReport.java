package io.isotherm.checkpoints;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.checkpoints.page.Page;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Verdict;
import io.isotherm.methods.json.Json;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Writes one page of the whole analysis, beside what another report shows. */
final class PageReport implements AnalysisReport {

  private final Path file;
  private final String title;
  private final AnalysisReport other;
  private final JsonAnalysisReport fields;
  private final AnalysisSettings settings;
  private final DepthOrder order;
  private final ArrayNode layers = Json.MAPPER.createArrayNode();

  /**
   * A page that is written at the end.
   *
   * @param title of the page
   * @param other is shown everything first
   * @param fields makes the fields of a layer
   * @throws UserError with one line, if {@code file} is not in a folder that can be written to
   */
  PageReport(
      Path file,
      String title,
      AnalysisReport other,
      JsonAnalysisReport fields,
      AnalysisSettings settings,
      DepthOrder order) {
    this.file = file;
    this.title = title;
    this.other = other;
    this.fields = fields;
    this.settings = settings;
    this.order = order;
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isWritable(folder) || Files.isDirectory(file)) {
      throw unwritable(folder + " is no folder that can be written to, or it is a folder itself");
    }
  }

  private UserError unwritable(String reason) {
    return new UserError(
        "the page cannot be written to %s (%s): choose another file with --html"
            .formatted(file, reason));
  }

  @Override
  public boolean show(LayerResult result) {
    ObjectNode json = fields.json(result);
    result
        .numbers()
        .ifPresent(numbers -> json.set("histogram", Json.MAPPER.valueToTree(numbers.histogram())));
    layers.add(json);
    return other.show(result);
  }

  @Override
  public void end(Tally tally) {
    other.end(tally);
    try {
      Files.writeString(file, Page.of(analysis(tally)));
    } catch (IOException e) {
      throw unwritable(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }

  private ObjectNode analysis(Tally tally) {
    ObjectNode analysis = Json.MAPPER.createObjectNode();
    analysis.put("title", title);
    ArrayNode summary = analysis.putArray("summary");
    pair(
        summary,
        "layers",
        "%d analysed, %d skipped, %d failed"
            .formatted(tally.analysed(), tally.skipped(), tally.failed()));
    tally
        .spread()
        .ifPresent(
            spread ->
                pair(
                    summary,
                    "alpha",
                    String.format(
                        Locale.ROOT, "mean %.3f, median %.3f", spread.mean(), spread.median())));
    pair(summary, "estimator", settings.estimatorName());
    analysis.put("orderNote", orderNote());
    ArrayNode bounds = analysis.putArray("bounds");
    if (settings.estimator() instanceof EstimatorSpec.WeightWatcher) {
      bounds.addObject().put("name", "under-trained above").put("alpha", Verdict.HIGHEST_USUAL);
      bounds.addObject().put("name", "over-trained below").put("alpha", Verdict.LOWEST_USUAL);
    }
    analysis.set("layers", layers);
    return analysis;
  }

  private String orderNote() {
    return switch (order.basis()) {
      case "file" -> "In the file's order.";
      case "name" -> "By name: the file itself is sorted by name.";
      default ->
          "The order is not known: by name, which says nothing between %d of %d neighbours."
              .formatted(order.guesses(), Math.max(0, order.layers().size() - 1));
    };
  }

  private static void pair(ArrayNode pairs, String title, String text) {
    pairs.addArray().add(title).add(text);
  }
}
