package io.isotherm.trainer.run;

import io.isotherm.trainer.data.FashionMnist;
import io.isotherm.trainer.data.LabelledImages;
import io.isotherm.trainer.network.Networks;
import org.bytedeco.openblas.global.openblas;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.nd4j.nativeblas.Nd4jCpu;

/** What has to be said to ND4J's native libraries before training. */
final class NativeMathematics {

  private NativeMathematics() {}

  /** Bounds the threads of OpenMP and OpenBLAS; OpenMP's bound is that of the calling thread. */
  static void limitThreads(int threads) {
    Nd4j.getBackend(); // NativeOpsHolder finds the operations only once ND4J has found its backend.
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    openblas.blas_set_num_threads(threads);
  }

  /** Loads the libraries and trains one small step, so that the first run starts at full speed. */
  static void warmUp(FashionMnist data) {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.defaultNetwork()
                .configuration(1, data.training().side(), LabelledImages.CLASSES, 0.1));
    graph.init();
    graph.fit(data.training().batch(0, 1));
  }

  /** Whether convolutions run on oneDNN. */
  static boolean usesOneDnn() {
    return Nd4jCpu.Environment.getInstance().isUseMKLDNN();
  }
}
