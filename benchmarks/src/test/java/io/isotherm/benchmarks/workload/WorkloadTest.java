package io.isotherm.benchmarks.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadTest {

  @ParameterizedTest
  @CsvSource({
    "resnet-18, 21, 11_210_432",
    "vgg-16, 14, 14_761_664",
    "wrn-16-8, 17, 11_051_440",
    "gpt2-small, 48, 84_934_656",
    "llama-7b-block, 7, 202_375_168",
    "llama-7b, 226, 6_738_149_376"
  })
  void layerSetsHaveTheLayersAndWeightsOfTheNetworks(String name, int layers, String weights) {
    Workload workload = Workload.parse(name, 2);

    assertThat(workload.layers()).hasSize(layers);
    assertThat(workload.totalWeights()).isEqualTo(Long.parseLong(weights.replace("_", "")));
    assertThat(workload.units()).isEqualTo(1);
  }

  @Test
  void shapeAloneIsTimedPerLayerInABatchThatKeepsAllWorkersBusy() {
    Workload small = Workload.parse("512x512", 3);
    Workload large = Workload.parse("4096x4096", 3);

    assertThat(small.layers().size()).isGreaterThan(3).matches(size -> size % 3 == 0);
    assertThat(small.units()).isEqualTo(small.layers().size());
    assertThat(large.layers()).hasSize(3);
    assertThat(large.units()).isEqualTo(3);
  }

  @Test
  void tinyShapesDoNotMakeEndlessBatches() {
    assertThat(Workload.parse("2x2", 2).layers()).hasSize(256);
  }

  @Test
  void countTakesThatManyTogether() {
    Workload matrices = Workload.parse("200*64x64", 2);
    Workload networks = Workload.parse("4*resnet-18", 2);

    assertThat(matrices.layers()).hasSize(200);
    assertThat(matrices.units()).isEqualTo(1);
    assertThat(networks.layers()).hasSize(4 * 21);
    assertThat(networks.floorFlops()).isEqualTo(4 * Workload.parse("resnet-18", 2).floorFlops());
  }

  @Test
  void weightsAreThoseOfATrainedLayerUnlessOthersAreNamed() {
    assertThat(Workload.parse("8x8", 1).weights()).isEqualTo(WeightKind.TRAINED);
    assertThat(Workload.parse("3*8x8/decaying", 1).weights()).isEqualTo(WeightKind.DECAYING);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet-19, 'layer set must be one of resnet-18, vgg-16, wrn-16-8, gpt2-small, llama-7b-block,"
        + " llama-7b, got'",
    "8x8/odd, 'weights must be one of trained, decaying, got'",
    "0*8x8, a workload must look like",
    "2*, a workload must look like",
    "'', a workload must look like",
    "8y8, a shape must look like",
  })
  void saysWhatIsWrongWithAWorkload(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Workload.parse(text, 2))
        .withMessageStartingWith(message);
  }
}
