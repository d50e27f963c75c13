package io.isotherm.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.progress.Progress;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.terminal.Terminal;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class EpochTableTest {

  private static final Progress EPOCH =
      Sample.progress(50, 1, OptionalDouble.of(0.75), Map.of("conv", 1.5, "conv.norm", 1.5));

  private final Terminal plain = terminal(false);

  @Test
  void anEpochWithoutADecisionIsAtTheBaseRate() {
    assertThat(EpochTable.lines(plain, EPOCH, 2, Optional.empty(), Optional.empty()))
        .containsExactly(
            "",
            "Epoch 1/2, step 50/100, loss 0.500, accuracy 75.0 %",
            "  no decision yet: every layer at the base learning rate 0.100000");
  }

  @Test
  void everyWeightLayerHasARowWithTheFactorInForce() {
    assertThat(
            EpochTable.lines(
                plain,
                EPOCH,
                2,
                Optional.of(Sample.applied(1, 20, 23)),
                Optional.of(Sample.decision(1, 20, PolicySpec.DEFAULT))))
        .containsExactly(
            "",
            "Epoch 1/2, step 50/100, loss 0.500, accuracy 75.0 %",
            "  decision 1, based on step 20, in force since step 23 (3 later)",
            "  layer  alpha  factor  learning rate",
            "  first  3.000   1.000       0.100000  not tuned",
            "  conv   4.250   1.500       0.150000",
            "  last       -   1.000       0.100000  no alpha");
  }

  @Test
  void aDecisionThatHasNotBeenReadYetLeavesTheTableOut() {
    assertThat(
            EpochTable.lines(
                plain, EPOCH, 2, Optional.of(Sample.applied(1, 20, 23)), Optional.empty()))
        .hasSize(3)
        .last()
        .asString()
        .startsWith("  decision 1, based on step 20");
  }

  @Test
  void onlyFactorsThatDifferFromOneAreColoured() {
    Progress epoch = Sample.progress(50, 1, OptionalDouble.empty(), Map.of("conv", 0.5));

    assertThat(
            EpochTable.lines(
                terminal(true),
                epoch,
                2,
                Optional.of(Sample.applied(1, 20, 23)),
                Optional.of(Sample.decision(1, 20, PolicySpec.DEFAULT))))
        .filteredOn(line -> line.contains("\u001B["))
        .containsExactly(
            "\u001B[1mEpoch 1/2, step 50/100, loss 0.500\u001B[0m",
            "\u001B[36m  conv   4.250   0.500       0.050000\u001B[0m");
  }

  @Test
  void aPolicyThatChangesWeightDecayHasAColumnOfItsFactors() {
    Progress epoch = Sample.progress(50, 1, Map.of("first", 1.5), Map.of("first", 0.25));

    assertThat(
            EpochTable.lines(
                plain,
                epoch,
                2,
                Optional.of(Sample.applied(1, 20, 23)),
                Optional.of(Sample.decision("", 1, 1.5, OptionalDouble.of(0.25)))))
        .endsWith(
            "  layer  alpha  factor  learning rate  weight decay factor",
            "  first      -   1.500       0.150000                0.250",
            "  last       -   1.000       0.100000                1.000");
  }

  private static Terminal terminal(boolean colours) {
    return new Terminal(new PrintStream(OutputStream.nullOutputStream()), false, colours, 80);
  }
}
