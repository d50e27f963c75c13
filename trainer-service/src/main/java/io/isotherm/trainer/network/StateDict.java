package io.isotherm.trainer.network;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** All parameters of a graph under the names and in the layout that PyTorch gives them. */
public final class StateDict {

  /** What DL4J keeps of a variance, unless it is told otherwise: half its decimal logarithm. */
  private static final String LOG_DEVIATION = "log10stdev";

  /** DL4J's names of parameters, those of a batch norm included, in the order of PyTorch. */
  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put("W", "weight");
    NAMES.put("b", "bias");
    NAMES.put("gamma", "weight");
    NAMES.put("beta", "bias");
    NAMES.put("mean", "running_mean");
    NAMES.put("var", "running_var");
    NAMES.put(LOG_DEVIATION, "running_var");
  }

  private StateDict() {}

  /**
   * Copies of the parameters, from the network's input to its output.
   *
   * @throws IllegalArgumentException if a layer has a parameter that PyTorch has no name for
   */
  public static List<SafeTensor> of(ComputationGraph graph) {
    List<SafeTensor> tensors = new ArrayList<>();
    for (Layer layer : graph.getLayers()) {
      Map<String, INDArray> parameters = layer.paramTable();
      if (!NAMES.keySet().containsAll(parameters.keySet())) {
        throw new IllegalArgumentException(
            "layer '%s' must have parameters among %s, got: %s"
                .formatted(layer.conf().getLayer().getLayerName(), NAMES, parameters.keySet()));
      }
      NAMES.forEach(
          (key, name) -> {
            if (parameters.containsKey(key)) {
              String layerName = layer.conf().getLayer().getLayerName();
              tensors.add(tensor(layerName + "." + name, key, parameters.get(key)));
            }
          });
    }
    return tensors;
  }

  private static SafeTensor tensor(String name, String key, INDArray parameter) {
    // DL4J keeps a dense matrix as [in, out], and vectors as one row.
    boolean matrix = key.equals("W") && parameter.rank() == 2;
    INDArray array = matrix ? parameter.transpose() : parameter;
    long[] shape = key.equals("W") ? array.shape() : new long[] {array.length()};
    float[] values = array.dup('c').reshape(array.length()).toFloatVector();
    if (key.equals(LOG_DEVIATION)) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) Math.pow(10, 2.0 * values[i]);
      }
    }
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return new SafeTensor(name, DType.F32, Arrays.stream(shape).boxed().toList(), Map.of(), data);
  }
}
