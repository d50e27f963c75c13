package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

import io.isotherm.spectra.EigenvalueSolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class SolverKindTest {

  @ParameterizedTest
  @CsvSource({
    "lapack,LAPACK",
    "LAPACK,LAPACK",
    " Nd4j ,ND4J",
    "cusolver,CUSOLVER",
    "reference,REFERENCE"
  })
  void namesAreReadInAnyCase(String name, SolverKind kind) {
    assertThat(SolverKind.parse(name)).isEqualTo(kind);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "mkl"})
  void unknownNameIsAnsweredWithTheChoices(String name) {
    assertThatThrownBy(() -> SolverKind.parse(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("solver must be one of lapack, cusolver, nd4j, reference, got: '%s'", name);
  }

  @ParameterizedTest
  @EnumSource(mode = EXCLUDE, names = "CUSOLVER")
  void everyKindForAnyMachineCreatesASolverThatWarmsUpAndIsNamedAfterIt(SolverKind kind) {
    try (EigenvalueSolver solver = kind.create()) {
      solver.warmUp();
      assertThat(solver.name()).startsWithIgnoringCase(kind.name());
    }
  }

  @Test
  void solversOfOneKindAreIndependent() {
    try (EigenvalueSolver first = SolverKind.LAPACK.create();
        EigenvalueSolver second = SolverKind.LAPACK.create()) {
      assertThat(first).isNotSameAs(second);
    }
  }

  @Test
  void onlyCusolverChoosesAmongGpus() {
    assertThatThrownBy(() -> SolverKind.LAPACK.createOn(1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("LAPACK does not choose among GPUs");
  }
}
