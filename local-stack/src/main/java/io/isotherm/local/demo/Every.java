package io.isotherm.local.demo;

import io.isotherm.checks.Checks;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often weights are published.
 *
 * @param count of units
 * @param unit steps or epochs
 */
public record Every(int count, Unit unit) {

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,6})\\s*(epoch|step)s?");

  /** What is counted. */
  public enum Unit {
    /** Batches. */
    STEPS,
    /** Passes over the training set. */
    EPOCHS
  }

  /** Checks the count. */
  public Every {
    Checks.requirePositive("every", (long) count);
    Checks.requirePresent("unit of every", unit);
  }

  /**
   * Reads what a user wrote.
   *
   * @param text for example {@code 1epoch}, {@code 2epochs} or {@code 50steps}
   * @throws IllegalArgumentException if it is nothing of that kind
   */
  public static Every parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches() || Integer.parseInt(matcher.group(1)) == 0) {
      throw new IllegalArgumentException(
          "must be a number of epochs or steps such as 1epoch or 50steps, got: '" + text + "'");
    }
    return new Every(
        Integer.parseInt(matcher.group(1)),
        matcher.group(2).equals("epoch") ? Unit.EPOCHS : Unit.STEPS);
  }

  /** As the trainer service wants it: {@code {"epochs": 1}}. */
  Map<String, Integer> toJson() {
    return Map.of(unit == Unit.EPOCHS ? "epochs" : "steps", count);
  }

  @Override
  public String toString() {
    String name = unit == Unit.EPOCHS ? "epoch" : "step";
    return count + name + (count == 1 ? "" : "s");
  }
}
