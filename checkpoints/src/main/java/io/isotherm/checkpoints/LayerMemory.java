package io.isotherm.checkpoints;

import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.solvers.memory.MemoryNeed;
import java.util.Optional;

/** Lends the budget of an analysis to its workers, who wait for what is not there yet. */
final class LayerMemory {

  private final MemoryBudget budget;
  private final Object turnstile = new Object();

  /**
   * With nothing lent.
   *
   * @param budget this one's alone
   */
  LayerMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  /** Why such a layer can never be analysed, in one line; empty if it can. */
  synchronized Optional<String> refusal(MemoryNeed need) {
    return budget.refusal(need);
  }

  /**
   * Waits until there is enough. Whoever comes later waits behind, so that small layers do not keep
   * a large one out.
   *
   * @param need that is not refused
   */
  void borrow(MemoryNeed need) throws InterruptedException {
    synchronized (turnstile) {
      take(need);
    }
  }

  private synchronized void take(MemoryNeed need) throws InterruptedException {
    while (!budget.tryTake(need)) {
      wait();
    }
  }

  /** Gives back what was borrowed. */
  synchronized void giveBack(MemoryNeed need) {
    budget.giveBack(need);
    notifyAll();
  }
}
