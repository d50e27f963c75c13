package io.isotherm.spectra.pruning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.golden.Golden;
import io.isotherm.spectra.pruning.SparsityAllocation.Allocation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparsityAllocationTest {

  /** Sums of at most 20 numbers of one size, in another order. */
  private static final double ROUNDING = 1e-13;

  @Test
  void sharesAreThoseOfThePublishedFormulaOnTheGoldenAlphas() {
    for (JsonNode golden : Golden.json("pruning.json")) {
      List<PrunableLayer> layers = new ArrayList<>();
      for (int i = 0; i < golden.path("alphas").size(); i++) {
        layers.add(
            layer(
                i / golden.path("layersPerBlock").intValue(),
                golden.path("weights").path(i).doubleValue(),
                golden.path("alphas").path(i).doubleValue()));
      }

      Allocation allocation =
          new SparsityAllocation(
                  golden.path("sparsity").doubleValue(), golden.path("spread").doubleValue())
              .of(layers);

      for (int i = 0; i < layers.size(); i++) {
        assertThat(allocation.sparsities().get(i))
            .as("%s, layer %d", golden.path("case").textValue(), i)
            .isCloseTo(golden.path("sparsities").path(i).doubleValue(), within(ROUNDING));
      }
    }
  }

  @Test
  void theWholeNetworkLosesWhatIsWantedAndHeavyTailsLoseLess() {
    List<PrunableLayer> layers =
        List.of(layer(0, 300, 2.0), layer(1, 100, 3.5), layer(1, 50, 4.5), layer(2, 900, 3.0));

    Allocation allocation = new SparsityAllocation(0.5, 0.3).of(layers);

    assertThat(allocation.sparsity()).isCloseTo(0.5, within(ROUNDING));
    assertThat(allocation.cut()).isZero();
    assertThat(allocation.sparsities().get(1)).isEqualTo(allocation.sparsities().get(2));
    assertThat(allocation.sparsities().get(1) / allocation.sparsities().get(0))
        .isCloseTo(1.3 / 0.7, within(ROUNDING));
    assertThat(allocation.sparsities().get(3)).isBetween(0.4, 0.6);
  }

  @Test
  void layersThatWouldLoseMoreThanAllAreCutAndCountedAndTheWholeIsToldAsItIs() {
    Allocation allocation =
        new SparsityAllocation(0.9, 0.5).of(List.of(layer(0, 100, 2), layer(1, 100, 4)));

    assertThat(allocation.cut()).isEqualTo(1);
    assertThat(allocation.sparsities().get(1)).isEqualTo(0.998);
    assertThat(allocation.sparsity()).isCloseTo((0.45 + 0.998) / 2, within(ROUNDING));
  }

  @Test
  void blocksOfOneAlphaArePrunedAlikeWhereTheCodesDivideByZero() {
    Allocation allocation =
        new SparsityAllocation(0.6, 0.2).of(List.of(layer(0, 100, 3), layer(1, 50, 3)));

    assertThat(allocation.sparsities())
        .allSatisfy(share -> assertThat(share).isCloseTo(0.6, within(ROUNDING)));
  }

  @Test
  void aLayerWithoutAlphaGoesWithItsBlock() {
    PrunableLayer without = new PrunableLayer("0", 10, OptionalDouble.empty());

    Allocation allocation =
        new SparsityAllocation(0.6, 0.2).of(List.of(layer(0, 100, 2), without, layer(1, 50, 3)));

    assertThat(allocation.sparsities().get(1)).isEqualTo(allocation.sparsities().get(0));
  }

  @Test
  void aBlockWithoutAnyAlphaIsRefused() {
    List<PrunableLayer> layers =
        List.of(layer(0, 100, 2), new PrunableLayer("h.1", 10, OptionalDouble.empty()));

    assertThatThrownBy(() -> new SparsityAllocation(0.6, 0.2).of(layers))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no layer of block 'h.1' has an alpha");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0   | 0.2 | sparsity must be greater than 0 and less than 1, got: 0.0
          1   | 0.2 | sparsity must be greater than 0 and less than 1, got: 1.0
          NaN | 0.2 | sparsity must be greater than 0 and less than 1, got: NaN
          0.5 | -1  | spread must be from 0 to less than 1, got: -1.0
          0.5 | 1   | spread must be from 0 to less than 1, got: 1.0
          0.5 | NaN | spread must be from 0 to less than 1, got: NaN
          """)
  void numbersOutOfRangeAreRefused(double sparsity, double spread, String message) {
    assertThatThrownBy(() -> new SparsityAllocation(sparsity, spread))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static PrunableLayer layer(int block, double weights, double alpha) {
    return new PrunableLayer(String.valueOf(block), weights, OptionalDouble.of(alpha));
  }
}
