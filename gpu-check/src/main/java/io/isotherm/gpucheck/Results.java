package io.isotherm.gpucheck;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.benchmarks.table.MarkdownTable;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What was found so far: printed at once, since the check may be cut off, and written as JSON after
 * each part. Safe for use by several threads.
 */
public final class Results {

  private final Terminal terminal;
  private final Budget budget;
  private final Optional<Path> file;
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();
  private final List<String> failures = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();

  Results(Terminal terminal, Budget budget, Optional<Path> file) {
    this.terminal = terminal;
    this.budget = budget;
    this.file = file;
  }

  /** A line of progress, with the seconds since the beginning. */
  public void progress(String format, Object... arguments) {
    terminal.print(
        String.format(Locale.ROOT, "[%6.1f s] ", budget.elapsed())
            + String.format(Locale.ROOT, format, arguments));
  }

  /** A table, with a title above it. */
  void table(String title, MarkdownTable table) {
    terminal.print("");
    terminal.print("**" + title + "**");
    terminal.print("");
    table.lines().forEach(terminal::print);
    terminal.print("");
  }

  /** Something is not as it must be. */
  public synchronized void fail(String format, Object... arguments) {
    String failure = String.format(Locale.ROOT, format, arguments);
    failures.add(failure);
    progress("FAILED: %s", failure);
  }

  /** Something was not done, and why. */
  public synchronized void leaveOut(String format, Object... arguments) {
    String what = String.format(Locale.ROOT, format, arguments);
    leftOut.add(what);
    progress("left out: %s", what);
  }

  /** What a part had no time for, if anything. */
  void noTime(String part, List<String> what) {
    if (!what.isEmpty()) {
      leaveOut("%s: no time for %s", part, String.join("; ", what));
    }
  }

  /** A new row of a part's results. */
  ObjectNode addRow(Part part) {
    return json(part.label()).withArrayProperty("rows").addObject();
  }

  /** The object under a name, for what a part found. */
  public ObjectNode json(String name) {
    return json.withObjectProperty(name);
  }

  /** The JSON as a whole. */
  ObjectNode json() {
    return json;
  }

  synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  synchronized List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /**
   * Writes what was found so far.
   *
   * @throws UserError if the file cannot be written
   */
  synchronized void save() {
    json.put("seconds", budget.elapsed()).put("passed", failures.isEmpty());
    json.remove(List.of("failures", "leftOut"));
    failures.forEach(json.withArrayProperty("failures")::add);
    leftOut.forEach(json.withArrayProperty("leftOut")::add);
    file.ifPresent(
        path -> {
          try {
            Files.writeString(path, json.toPrettyString() + "\n");
          } catch (IOException e) {
            throw new UserError(
                "%s cannot be written: %s; choose another file with --json"
                    .formatted(path, e.getMessage()),
                e);
          }
        });
  }
}
