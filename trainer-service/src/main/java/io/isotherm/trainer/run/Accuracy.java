package io.isotherm.trainer.run;

import io.isotherm.trainer.data.LabelledImages;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How often a network names the right class. */
final class Accuracy {

  /** Images that go through the network together; bounds the memory. */
  private static final int BATCH = 250;

  private Accuracy() {}

  /** The share of {@code images} that {@code graph} classifies rightly, 0 to 1. */
  static double of(ComputationGraph graph, LabelledImages images) {
    int right = 0;
    for (int from = 0; from < images.size(); from += BATCH) {
      int[] batch = IntStream.range(from, Math.min(from + BATCH, images.size())).toArray();
      INDArray answers = graph.outputSingle(images.batch(batch).getFeatures()).argMax(1);
      for (int i = 0; i < batch.length; i++) {
        if (answers.getInt(i) == images.label(batch[i])) {
          right++;
        }
      }
    }
    return right / (double) images.size();
  }
}
