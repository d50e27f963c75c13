package io.isotherm.methods;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.catalogue.Entry;
import io.isotherm.methods.catalogue.Field;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.estimator.Reports;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of the documents, as the catalogue describes estimators and policies. */
final class Tables {

  /** What every tuning policy has; the document speaks of it below the table. */
  private static final Set<String> COMMON = Set.of("selection", "compatibility", "options");

  private Tables() {}

  static String estimators() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("name", "source", "matrices", "parameters (default)", "besides alpha"));
    for (Entry<EstimatorSpec> entry : Estimators.CATALOGUE.records()) {
      rows.add(
          List.of(
              code(entry.name()),
              entry.source(),
              entry.descriptor().matrices(),
              parameters(entry, field -> !field.name().equals("version")),
              added(entry).map(metric -> code(metric.key())).collect(Collectors.joining(", "))));
    }
    return table(rows);
  }

  static String metrics() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("metric", "is", "with"));
    for (Metric metric : Metric.values()) {
      rows.add(
          List.of(
              code(metric.key()),
              metric.meaning(),
              metric.isOfEveryEstimator() ? "all" : reporters(metric)));
    }
    return table(rows);
  }

  static String maps() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("name", "factor of layer i", "parameters (default)", "source"));
    for (Entry<PolicySpec> entry : Policies.CATALOGUE.records()) {
      rows.add(
          List.of(
              code(entry.name()),
              entry.descriptor().formula(),
              parameters(entry, field -> !COMMON.contains(field.name())),
              entry.source()));
    }
    return table(rows);
  }

  static String presets() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("name", "stands for", "source"));
    for (Entry<PolicySpec> entry : Policies.CATALOGUE.entries()) {
      if (entry.isPreset()) {
        rows.add(List.of(code(entry.name()), entry.summary(), entry.source()));
      }
    }
    return table(rows);
  }

  /** Who reports a metric, and with which of its parameters. */
  static String reporters(Metric metric) {
    if (metric.isOfStacks()) {
      return "all, of stacks";
    }
    List<String> names = new ArrayList<>();
    for (Entry<EstimatorSpec> entry : Estimators.CATALOGUE.records()) {
      if (added(entry).anyMatch(metric::equals)) {
        names.add(code(entry.name()));
      } else {
        entry.fields().list().stream()
            .filter(field -> reports(field).anyMatch(metric::equals))
            .forEach(field -> names.add(code(entry.name()) + " with " + code(field.name())));
      }
    }
    return String.join(", ", names);
  }

  private static Stream<Metric> added(Entry<EstimatorSpec> entry) {
    return Stream.ofNullable(entry.type().getAnnotation(Reports.class))
        .flatMap(reports -> Arrays.stream(reports.value()));
  }

  private static Stream<Metric> reports(Field field) {
    return field.annotation(Reports.class).stream()
        .flatMap(reports -> Arrays.stream(reports.value()));
  }

  private static String parameters(Entry<?> entry, Predicate<Field> wanted) {
    JsonNode published = Json.MAPPER.valueToTree(entry.published());
    return entry.fields().list().stream()
        .filter(wanted)
        .map(field -> "%s%s".formatted(code(field.name()), published(field, published)))
        .collect(Collectors.joining(", "));
  }

  /** What is published for a parameter; a part has a preset of its own. */
  private static String published(Field field, JsonNode published) {
    JsonNode value = published.path(field.name());
    if (value.isObject()) {
      return ": a policy";
    }
    if (value.isMissingNode()) {
      return " (%s)".formatted(field.whenMissing().orElse("none"));
    }
    // A whole number without the fraction that it does not have.
    String text = value.asText().replaceFirst("\\.0$", "");
    return " (%s)".formatted(value.isTextual() ? code(text) : text);
  }

  private static String code(String text) {
    return "`" + text + "`";
  }

  private static String table(List<List<String>> rows) {
    StringBuilder table = new StringBuilder();
    for (List<String> row : rows) {
      table.append("| ").append(String.join(" | ", row)).append(" |\n");
      if (row == rows.get(0)) {
        table.append("|---".repeat(row.size())).append("|\n");
      }
    }
    return table.toString();
  }
}
