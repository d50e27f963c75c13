package io.isotherm.solvers.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The width is read once in a process, so other widths take other processes. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class VectorUnitTest {

  /** Three tiles of the second stage, the last one with padding. */
  private static final int ORDER = 100;

  /** Sums go in another order: some roundings of the largest eigenvalue. */
  private static final double ROUNDING = 32 * 0x1p-24;

  @Test
  void kernelsUse256BitsUnlessTheyAreToldOtherwise() {
    assertThat(VectorUnit.bits()).isEqualTo(256);
  }

  @Test
  void wideVectorsGiveTheSameEigenvalues() throws IOException, InterruptedException {
    // When, in a process of its own since the width is a constant
    List<String> lines = run("512");

    // Then
    assertThat(lines).first().isEqualTo("512");
    double[] expected = eigenvalues();
    double[] actual = lines.stream().skip(1).mapToDouble(Double::parseDouble).toArray();
    assertThat(actual).hasSameSizeAs(expected);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i])).isLessThanOrEqualTo(ROUNDING * largest);
    }
  }

  @Test
  void otherWidthsAreRefused() throws IOException, InterruptedException {
    assertThat(String.join("\n", run("128")))
        .contains("isotherm.vector.bits must be 256 or 512, got: '128'");
  }

  private static List<String> run(String bits) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-D" + VectorUnit.BITS_PROPERTY + "=" + bits,
                "-cp",
                System.getProperty("java.class.path"),
                VectorUnitTest.class.getName())
            .redirectErrorStream(true)
            .start();
    List<String> lines =
        process
            .inputReader(StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.startsWith("WARNING"))
            .toList();
    process.waitFor();
    return lines;
  }

  /** In the child: the width and the eigenvalues, by one stage and by two. */
  public static void main(String[] arguments) {
    System.out.println(VectorUnit.bits());
    for (double value : eigenvalues()) {
      System.out.println(value);
    }
  }

  private static double[] eigenvalues() {
    float[] matrix = new float[ORDER * ORDER];
    Random random = new Random(7);
    for (int i = 0; i < ORDER; i++) {
      for (int j = 0; j <= i; j++) {
        float value = (float) random.nextGaussian();
        matrix[i * ORDER + j] = value;
        matrix[j * ORDER + i] = value;
      }
    }
    float[] d = new float[ORDER];
    float[] e = new float[ORDER];
    double[] values = new double[2 * ORDER];
    HouseholderTridiagonalisation oneStage = new HouseholderTridiagonalisation();
    oneStage.reserve(ORDER);
    for (int j = 0; j < ORDER; j++) {
      oneStage.setColumn(j, matrix, j * ORDER + j);
    }
    oneStage.reduce(d, e);
    SturmBisection bisection = new SturmBisection();
    bisection.eigenvalues(d, e, ORDER, values, 0);
    new TwoStageTridiagonalisation().reduce(FloatBuffer.wrap(matrix), ORDER, d, e);
    bisection.eigenvalues(d, e, ORDER, values, ORDER);
    return values;
  }
}
