package io.isotherm.solvers.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryBudgetTest {

  private static final long MEBIBYTE = 1 << 20;

  private final MemoryBudget budget = new MemoryBudget(1_000, 100, "--memory");

  @Test
  void layerThatNeverFitsIsToldWhatToSet() {
    assertThat(budget.refusal(new MemoryNeed(1_001, 0)))
        .hasValue("needs 1001 bytes of memory, and --memory is 1000: set it to at least 1M");
    assertThat(budget.refusal(new MemoryNeed(0, 101)))
        .hasValue("needs 101 bytes of heap, and layers have 100: start Java with at least -Xmx1m");
    assertThat(budget.refusal(new MemoryNeed(1_000, 100))).isEmpty();
  }

  @Test
  void whatIsTakenIsMissingUntilItIsGivenBack() {
    MemoryNeed first = new MemoryNeed(600, 10);
    assertThat(budget.tryTake(first)).isTrue();

    assertThat(budget.tryTake(new MemoryNeed(401, 10))).isFalse();
    assertThat(budget.missingBytes(new MemoryNeed(401, 10))).isEqualTo(1);
    assertThat(budget.tryTake(new MemoryNeed(1, 91))).isFalse();
    budget.giveBack(first);

    assertThat(budget.tryTake(new MemoryNeed(401, 91))).isTrue();
    assertThat(budget.usedBytes()).isEqualTo(401);
    assertThatThrownBy(() -> budget.giveBack(first)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource({"65536, 16384", "24576, 6144", "6144, 1536", "3072, 1536", "2048, 1024"})
  void usualBudgetIsAQuarterAndTakesALargeLayerWhereHalfIsEnoughForThat(
      long machine, long expected) {
    assertThat(MemoryBudget.usualBytes(machine * MEBIBYTE)).isEqualTo(expected * MEBIBYTE);
  }

  @ParameterizedTest
  @CsvSource({"1536, 460, 64, 8", "1536, 460, 2, 2", "6144, 512, 64, 16", "100, 460, 4, 1"})
  void workersAreBoundedByMemoryAndHeap(long memory, long heap, int threads, int expected) {
    MemoryBudget some = new MemoryBudget(memory * MEBIBYTE, heap * MEBIBYTE, "--memory");

    assertThat(some.workers(threads)).isEqualTo(expected);
  }
}
