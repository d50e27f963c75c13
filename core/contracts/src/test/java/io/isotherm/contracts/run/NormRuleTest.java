package io.isotherm.contracts.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.run.NormRule.ModuleKind;
import io.isotherm.contracts.run.NormRule.NetworkModule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NormRuleTest {

  private static final List<NetworkModule> RESIDUAL =
      modules(
          "conv1 CONVOLUTION",
          "bn1 BATCH_NORM",
          "layer.conv1 CONVOLUTION",
          "layer.bn1 BATCH_NORM",
          "layer.relu OTHER",
          "layer.shortcut.0 CONVOLUTION",
          "layer.shortcut.1 BATCH_NORM",
          "linear DENSE");

  @Test
  void byNameABatchNormFollowsTheConvolutionThatIsCalledLikeIt() {
    assertThat(NormRule.BY_NAME.normLayers(RESIDUAL))
        .isEqualTo(Map.of("conv1", "bn1", "layer.conv1", "layer.bn1"));
  }

  @Test
  void byOrderItFollowsTheOneBeforeIt() {
    assertThat(NormRule.BY_ORDER.normLayers(RESIDUAL))
        .isEqualTo(
            Map.of(
                "conv1", "bn1",
                "layer.conv1", "layer.bn1",
                "layer.shortcut.0", "layer.shortcut.1"));
  }

  @Test
  void aNormBeforeItsConvolutionIsFoundByItsNameOnly() {
    List<NetworkModule> preActivation =
        modules("stem CONVOLUTION", "bn1 BATCH_NORM", "conv1 CONVOLUTION", "bn2 BATCH_NORM");
    assertThat(NormRule.BY_NAME.normLayers(preActivation)).isEqualTo(Map.of("conv1", "bn1"));
    assertThat(NormRule.BY_ORDER.normLayers(preActivation))
        .isEqualTo(Map.of("stem", "bn1", "conv1", "bn2"));
  }

  @Test
  void aLayerNormFollowsADenseLayerByOrderAndNoneByName() {
    List<NetworkModule> network =
        modules("embed DENSE", "embed_norm LAYER_NORM", "fc DENSE", "norm LAYER_NORM");
    assertThat(NormRule.BY_NAME.normLayers(network)).isEmpty();
    assertThat(NormRule.BY_ORDER.normLayers(network))
        .isEqualTo(Map.of("embed", "embed_norm", "fc", "norm"));
  }

  @Test
  void aNormThatNothingPrecedesFollowsNone() {
    List<NetworkModule> network =
        modules(
            "wte OTHER",
            "bn BATCH_NORM",
            "ln_1 LAYER_NORM",
            "fc DENSE",
            "ln_2 LAYER_NORM",
            "ln_3 LAYER_NORM");
    assertThat(NormRule.BY_ORDER.normLayers(network)).isEqualTo(Map.of("fc", "ln_2"));
  }

  @Test
  void normsOfOneKindLookPastLayersOfTheOther() {
    List<NetworkModule> network =
        modules("conv CONVOLUTION", "fc DENSE", "ln LAYER_NORM", "bn BATCH_NORM");
    assertThat(NormRule.BY_ORDER.normLayers(network)).isEqualTo(Map.of("fc", "ln", "conv", "bn"));
  }

  @Test
  void ofTwoNormsThatPointToOneLayerTheFirstFollowsIt() {
    List<NetworkModule> network =
        modules("conv.conv1 CONVOLUTION", "bn.bn1 BATCH_NORM", "conv.bn1 BATCH_NORM");
    assertThat(NormRule.BY_NAME.normLayers(network)).isEqualTo(Map.of("conv.conv1", "bn.bn1"));
  }

  /** Written as {@code name KIND}. */
  private static List<NetworkModule> modules(String... modules) {
    return Arrays.stream(modules)
        .map(module -> module.split(" "))
        .map(parts -> new NetworkModule(parts[0], ModuleKind.valueOf(parts[1])))
        .toList();
  }
}
