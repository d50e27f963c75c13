package io.isotherm.gpucheck.tests;

import io.isotherm.checks.OneLine;
import java.util.ArrayList;
import java.util.List;

/** How many tests passed, and which did not. */
public final class TestCount {

  private int passed;
  private final List<String> failures = new ArrayList<>();

  void passed() {
    passed++;
  }

  void failed(String test, String cause) {
    failures.add(test + ": " + OneLine.of(cause));
  }

  /** Tests that passed. */
  public int passes() {
    return passed;
  }

  /** A line for each test that failed, was skipped or could not begin. */
  public List<String> failures() {
    return List.copyOf(failures);
  }
}
