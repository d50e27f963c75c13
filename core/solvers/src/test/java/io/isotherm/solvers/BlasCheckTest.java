package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlasCheckTest {

  @Test
  void libraryOfThisMachineHasNoFault() {
    assertThat(BlasCheck.firstFault(OpenBlas.load())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"UPPER, false, 800", "UPPER, true, 800", "LOWER, false, 130", "LOWER, true, 130"})
  void oneWrongElementOfALargeProductIsFound(
      Blas.Triangle broken, boolean brokenTransposed, int brokenOrder) {
    // Given a kernel that forgets one of the sums' terms, for one order alone
    Blas blas =
        new FaultyBlas() {
          @Override
          public void ssyrk(
              Triangle triangle,
              boolean transposed,
              int order,
              int depth,
              FloatPointer a,
              int columnStride,
              float before,
              FloatPointer c) {
            super.ssyrk(triangle, transposed, order, depth, a, columnStride, before, c);
            if (order == brokenOrder && triangle == broken && transposed == brokenTransposed) {
              long diagonal = 101L * order + 101;
              c.put(diagonal, c.get(diagonal) * 0.9f);
            }
          }
        };

    // When, then
    assertThat(BlasCheck.firstFault(blas))
        .hasValueSatisfying(
            fault -> {
              assertThat(fault.routine())
                  .startsWith("ssyrk of order %d and depth ".formatted(brokenOrder))
                  .contains(brokenTransposed ? ", transposed" : ", not transposed")
                  .endsWith(broken == Blas.Triangle.UPPER ? "upper triangle" : "lower triangle");
              assertThat(fault.difference()).isGreaterThan(fault.allowed());
            });
  }

  @Test
  void productThatDoesNotAddToWhatWasThereIsFound() {
    Blas blas =
        new FaultyBlas() {
          @Override
          public void ssyrk(
              Triangle triangle,
              boolean transposed,
              int order,
              int depth,
              FloatPointer a,
              int columnStride,
              float before,
              FloatPointer c) {
            super.ssyrk(triangle, transposed, order, depth, a, columnStride, 0, c);
          }
        };
    assertThat(BlasCheck.firstFault(blas)).hasValueSatisfying(isOf("ssyrk"));
  }

  @Test
  void doublePrecisionThatIsSingleIsFound() {
    Blas blas =
        new FaultyBlas() {
          @Override
          public void dsyrk(
              Triangle triangle,
              boolean transposed,
              int order,
              int depth,
              DoublePointer a,
              int columnStride,
              double before,
              DoublePointer c) {
            super.dsyrk(triangle, transposed, order, depth, a, columnStride, before, c);
            for (long i = 0; i < (long) order * order; i++) {
              c.put(i, (float) c.get(i));
            }
          }
        };
    assertThat(BlasCheck.firstFault(blas)).hasValueSatisfying(isOf("dsyrk"));
  }

  @Test
  void productThatIsNotANumberIsFound() {
    Blas blas =
        new FaultyBlas() {
          @Override
          public void dsyrk(
              Triangle triangle,
              boolean transposed,
              int order,
              int depth,
              DoublePointer a,
              int columnStride,
              double before,
              DoublePointer c) {
            super.dsyrk(triangle, transposed, order, depth, a, columnStride, before, c);
            c.put(0, Double.NaN);
          }
        };
    assertThat(BlasCheck.firstFault(blas)).hasValueSatisfying(isOf("dsyrk"));
  }

  @Test
  void reductionToOtherEigenvaluesIsFound() {
    // Given a blocked reduction that goes wrong in the last digits
    Blas blas =
        new FaultyBlas() {
          @Override
          public int dsytrd(
              int order,
              DoublePointer matrix,
              DoublePointer diagonal,
              DoublePointer offDiagonal,
              DoublePointer reflectors,
              DoublePointer work,
              int workLength) {
            int info =
                super.dsytrd(order, matrix, diagonal, offDiagonal, reflectors, work, workLength);
            if (order > 128) {
              diagonal.put(7, diagonal.get(7) + 1e-9);
            }
            return info;
          }
        };
    assertThat(BlasCheck.firstFault(blas)).hasValueSatisfying(isOf("dsytrd"));
  }

  @Test
  void iterationThatDoesNotConvergeIsFound() {
    Blas blas =
        new FaultyBlas() {
          @Override
          public int dsterf(int order, DoublePointer diagonal, DoublePointer offDiagonal) {
            super.dsterf(order, diagonal, offDiagonal);
            return order > 60 ? 1 : 0;
          }
        };
    assertThat(BlasCheck.firstFault(blas)).hasValueSatisfying(isOf("dsytrd and dsterf"));
  }

  @Test
  void wrongSumOfAbsoluteValuesIsFound() {
    Blas blas =
        new FaultyBlas() {
          @Override
          public float sasum(int count, FloatPointer x, int stride) {
            return super.sasum(count - 1, x, stride);
          }
        };
    assertThat(BlasCheck.firstFault(blas)).hasValueSatisfying(isOf("sasum"));
  }

  @Test
  void scalingThatStopsBeforeTheEndIsFound() {
    Blas blas =
        new FaultyBlas() {
          @Override
          public void sscal(int count, float factor, FloatPointer x) {
            super.sscal(count / 8 * 8, factor, x);
          }
        };
    assertThat(BlasCheck.firstFault(blas)).hasValueSatisfying(isOf("sscal"));
  }

  private static Consumer<BlasCheck.Fault> isOf(String routine) {
    return fault -> assertThat(fault.routine()).startsWith(routine);
  }
}
