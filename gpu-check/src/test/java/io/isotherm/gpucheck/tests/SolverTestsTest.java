package io.isotherm.gpucheck.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.isotherm.cudastub.CudaStub;
import io.isotherm.solvers.cuda.CudaLibraries;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class SolverTestsTest {

  @BeforeAll
  static void useTheStub() {
    System.setProperty(CudaLibraries.PATH_PROPERTY, CudaStub.folder().toString());
  }

  @Test
  void theContractRunsOnTheDevice() {
    TestCount count = SolverTests.run(CusolverSinglePrecisionContract.class);

    assertThat(count.failures()).isEmpty();
    assertThat(count.passes()).isGreaterThan(30);
  }

  @Test
  void whatFailsIsAbortedOrIsSkippedIsNamedAndDoesNotCount() {
    TestCount count = SolverTests.run(Mixed.class);

    assertThat(count.passes()).isEqualTo(1);
    assertThat(count.failures())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("fails(): ") && line.contains("seven"))
        .anyMatch(line -> line.startsWith("isAborted(): "))
        .anyMatch(line -> line.startsWith("isSkipped(): skipped: not today"));
  }

  @Test
  void aClassThatCannotBeginFails() {
    TestCount count = SolverTests.run(Broken.class);

    assertThat(count.passes()).isZero();
    assertThat(count.failures()).singleElement().asString().contains("no device");
  }

  /** Not run by the build, which takes no nested classes without {@code @Nested}. */
  static class Mixed {

    @Test
    void passes() {}

    @Test
    void fails() {
      assertThat(6).as("seven").isEqualTo(7);
    }

    @Test
    void isAborted() {
      assumeTrue(false);
    }

    @Test
    @Disabled("not today")
    void isSkipped() {}
  }

  /** As {@link Mixed}. */
  static class Broken {

    @BeforeAll
    static void begin() {
      assertThat(0).as("no device").isPositive();
    }

    @Test
    void isNeverReached() {}
  }
}
