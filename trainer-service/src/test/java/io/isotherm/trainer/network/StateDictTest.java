package io.isotherm.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.client.dl4j.OneDnnHelpers;
import io.isotherm.safetensors.SafeTensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class StateDictTest {

  private static ComputationGraph graph;
  private static Map<String, SafeTensor> tensors;

  @BeforeAll
  static void buildANetwork() {
    OneDnnHelpers.enable();
    graph = new ComputationGraph(new ResNet().configuration(1, 28, 10, 0.1));
    graph.init();
    tensors =
        StateDict.of(graph).stream()
            .collect(Collectors.toMap(SafeTensor::name, Function.identity()));
  }

  @Test
  void everyParameterIsThereUnderPyTorchsName() {
    long elements = tensors.values().stream().mapToLong(SafeTensor::elementCount).sum();

    assertThat(elements).isEqualTo(graph.numParams());
    assertThat(tensors.keySet())
        .contains(
            "stem.conv.weight",
            "stem.bn.weight",
            "stem.bn.bias",
            "stem.bn.running_mean",
            "stem.bn.running_var",
            "stage2.block0.shortcut.conv.weight",
            "head.weight",
            "head.bias");
  }

  @Test
  void theOrderIsThatOfTheNetwork() {
    List<String> names = StateDict.of(graph).stream().map(SafeTensor::name).toList();

    assertThat(names).startsWith("stem.conv.weight", "stem.bn.weight").endsWith("head.bias");
  }

  @Test
  void shapesAreThoseOfPyTorch() {
    assertThat(tensors.get("stem.conv.weight").shape()).containsExactly(16L, 1L, 3L, 3L);
    assertThat(tensors.get("stem.bn.weight").shape()).containsExactly(16L);
    assertThat(tensors.get("head.weight").shape()).containsExactly(10L, 64L);
    assertThat(tensors.get("head.bias").shape()).containsExactly(10L);
  }

  @Test
  void elementsAreRowByRowAsInPyTorch() {
    INDArray head = graph.getLayer("head").getParam("W");
    INDArray kernel = graph.getLayer("stem.conv").getParam("W");

    assertThat(tensors.get("head.weight").data().getFloat(Float.BYTES * (3 * 64 + 5)))
        .isEqualTo(head.getFloat(5, 3));
    assertThat(tensors.get("stem.conv.weight").data().getFloat(Float.BYTES * (7 * 9 + 2 * 3 + 1)))
        .isEqualTo(kernel.getFloat(7, 0, 2, 1));
  }

  @Test
  void varianceIsNoLogarithm() {
    float deviation = graph.getLayer("stem.bn").getParam("log10stdev").getFloat(0);

    assertThat(tensors.get("stem.bn.running_var").data().getFloat(0))
        .isCloseTo((float) Math.pow(10, 2 * deviation), within(1e-6f));
  }
}
