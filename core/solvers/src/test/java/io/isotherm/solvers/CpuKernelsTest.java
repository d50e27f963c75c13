package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.solvers.kernel.VectorUnit;
import io.isotherm.spectra.SolverException;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuKernelsTest {

  private static final Set<String> AVX2 = Set.of("sse2", "avx", "avx2", "fma");
  private static final Set<String> AVX512 =
      Set.of("avx", "avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl");

  @Test
  void kernelsOfThisProcessSayWhatTheyAreAndHowFast() {
    CpuKernels kernels = CpuKernels.ofThisProcess();

    assertThat(kernels.processor()).isNotBlank();
    assertThat(kernels.openBlas()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(kernels.coreType()).matches("\\w+");
    assertThat(kernels.vectorBits()).isEqualTo(VectorUnit.bits());
    assertThat(kernels.gigaflops()).isPositive().isFinite();
    assertThat(CpuKernels.ofThisProcess()).isSameAs(kernels);
  }

  @Test
  void faultIsToldInOneLineWithWhatToSet() {
    String line =
        CpuKernels.explain(
            new BlasCheck.Fault("ssyrk of order 33 and depth 64", 0.25, 1e-5),
            "0.3.31",
            "Cooperlake",
            new Processor("Xeon", AVX512));

    assertThat(line)
        .isEqualTo(
            "OpenBLAS 0.3.31 computes wrong results on this machine, processor Xeon, core type"
                + " Cooperlake: ssyrk of order 33 and depth 64 is off by 2.5e-01 where 1.0e-05 is"
                + " allowed; set OPENBLAS_CORETYPE=Haswell in the environment to use other kernels");
  }

  @Test
  void solverWithABrokenKernelDoesNotGetWarm() {
    // Given a kernel that is wrong in one corner, where the check of single routines is passed
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
            if (order == 65) {
              c.put(0, c.get(0) * 1.5f);
            }
          }
        };
    try (LapackEigenvalueSolver solver =
        new LapackEigenvalueSolver(blas, new NativeWorkspace(Long.MAX_VALUE), GramPanels.BYTES)) {
      // When, then
      assertThatThrownBy(solver::warmUp)
          .isInstanceOf(SolverException.class)
          .hasMessageStartingWith(
              "solver lapack computes wrong results on this machine, processor ")
          .hasMessageContaining("eigenvalues of 150 x 65 in fp32 are off by ")
          .hasMessageEndingWith(
              "; start Java without --add-modules jdk.incubator.vector to compute in double"
                  + " precision only");
    }
  }

  @Test
  void oldKernelsOnANewProcessorAreWarnedOf() {
    assertThat(CpuKernels.warning("Prescott", new Processor("Xeon", AVX512)))
        .hasValue(
            "OpenBLAS runs its kernels for Prescott, with SSE, but the processor (Xeon) has"
                + " AVX-512: OPENBLAS_CORETYPE=SkylakeX in the environment is likely faster");
  }

  @ParameterizedTest
  @CsvSource({
    "SkylakeX, true",
    "Cooperlake, true",
    "SapphireRapids, true",
    "Haswell, false",
    "Zen, false"
  })
  void kernelsThatUseAllOfTheVectorUnitAreNotWarnedOf(String coreType, boolean all) {
    assertThat(CpuKernels.warning(coreType, new Processor("Xeon", AVX512)).isEmpty())
        .isEqualTo(all);
    assertThat(CpuKernels.warning(coreType, new Processor("EPYC", AVX2))).isEmpty();
  }

  @Test
  void processorIsReadFromWhatLinuxTells() {
    Processor processor =
        Processor.parse(
            List.of(
                "processor\t: 0",
                "model name\t: AMD EPYC 7B13",
                "flags\t\t: fpu sse2 avx fma avx2",
                "processor\t: 1",
                "model name\t: another"));

    assertThat(processor)
        .isEqualTo(new Processor("AMD EPYC 7B13", Set.of("fpu", "sse2", "avx", "fma", "avx2")));
    assertThat(processor.instructionSet()).isEqualTo(InstructionSet.AVX2);
    assertThat(Processor.parse(List.of()).instructionSet()).isEqualTo(InstructionSet.SSE);
  }

  @ParameterizedTest
  @CsvSource({
    "Cooperlake, Haswell",
    "Zen, Sandybridge",
    "Sandybridge, Nehalem",
    "Nehalem, Prescott"
  })
  void olderKernelsAreProposedWhereTheNewerOnesAreWrong(String coreType, String older) {
    assertThat(InstructionSet.olderCoreType(coreType)).isEqualTo(older);
  }
}
