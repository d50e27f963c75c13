package io.isotherm.gpucheck;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.gpucheck.tests.SolverTests;
import io.isotherm.gpucheck.tests.TestCount;

/** The solver's contract and golden tests, on the GPU. */
final class TestsPart {

  private static final int SHOWN = 10;

  private final Results results;

  TestsPart(Results results) {
    this.results = results;
  }

  void run() {
    ObjectNode json = results.json(Part.TESTS.label());
    int passed = 0;
    int failed = 0;
    for (Class<?> type : SolverTests.classes()) {
      TestCount count = SolverTests.run(type);
      int failures = count.failures().size();
      results.progress(
          "tests: %s: %d passed, %d failed", type.getSimpleName(), count.passes(), failures);
      count.failures().stream().limit(SHOWN).forEach(each -> results.progress("  %s", each));
      if (count.passes() == 0 || failures > 0) {
        results.fail(
            "%s: %d tests passed, %d failed", type.getSimpleName(), count.passes(), failures);
      }
      json.withObjectProperty(type.getSimpleName())
          .put("passed", count.passes())
          .put("failed", failures);
      passed += count.passes();
      failed += failures;
    }
    json.put("passed", passed).put("failed", failed);
  }
}
