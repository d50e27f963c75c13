package io.isotherm.gpucheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BudgetTest {

  @Test
  void aPartHasItsShareOfWhatIsLeft() {
    Budget budget = new Budget(1000);

    budget.begin(Part.TESTS, List.of(Part.ACCURACY));

    double share = 1000.0 * Part.TESTS.weight() / (Part.TESTS.weight() + Part.ACCURACY.weight());
    assertThat(budget.left()).isBetween(share - 60, share);
    assertThat(budget.fits(share / 2)).isTrue();
    assertThat(budget.fits(share + 1)).isFalse();
  }

  @Test
  void theLastPartHasAllThatIsLeft() {
    Budget budget = new Budget(1000);

    budget.begin(Part.CPU, List.of());

    assertThat(budget.left()).isBetween(940.0, 1000.0);
  }

  @Test
  void nothingFitsWhenTheTimeIsOver() {
    Budget budget = new Budget(0);

    budget.begin(Part.TESTS, List.of(Part.SPEED));

    assertThat(budget.fits(0)).isFalse();
  }
}
