package io.isotherm.gpucheck.tests;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintStream;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs one class of tests and counts. */
public final class SolverTests {

  /** The classes of this package, the quickest first. */
  public static List<Class<?>> classes() {
    return List.of(
        CusolverContract.class,
        CusolverSinglePrecisionContract.class,
        CusolverEstimatorGolden.class);
  }

  private SolverTests() {}

  /** Runs the tests of a class; what they print is dropped. */
  public static TestCount run(Class<?> type) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(type)).build();
    TestCount count = new TestCount();
    PrintStream out = System.out;
    System.setOut(new PrintStream(PrintStream.nullOutputStream()));
    try {
      LauncherFactory.create().execute(request, new Counting(count));
    } finally {
      System.setOut(out);
    }
    return count;
  }

  private record Counting(TestCount count) implements TestExecutionListener {

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
        count.failed(
            test.getDisplayName(),
            result.getThrowable().map(Throwable::toString).orElse("aborted"));
      } else if (test.isTest()) {
        count.passed();
      }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      count.failed(test.getDisplayName(), "skipped: " + reason);
    }
  }
}
