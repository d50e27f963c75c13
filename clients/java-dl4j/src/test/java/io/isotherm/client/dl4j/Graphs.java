package io.isotherm.client.dl4j;

import io.isotherm.client.ClientConfig;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import java.time.Duration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A small residual network and what it takes to train it without a broker. */
final class Graphs {

  static final double MOMENTUM = 0.9;
  static final double WEIGHT_DECAY = 5e-4;
  static final BaseSchedule.Formula SCHEDULE = new BaseSchedule.Cosine(0.1, 40);

  /** Nothing listens there: the client must do without. */
  static final ClientConfig NO_BROKER =
      ClientConfig.of("127.0.0.1:1").withBufferBytes(1 << 20).withCloseTimeout(Duration.ZERO);

  private Graphs() {}

  /** Two convolutions with norms around a shortcut, a dense and an output layer. */
  static ComputationGraphConfiguration residual(DataType type, IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(type)
        .updater(updater)
        .l2(WEIGHT_DECAY)
        .convolutionMode(ConvolutionMode.Same)
        .graphBuilder()
        .addInputs("image")
        .setInputTypes(InputType.convolutional(5, 4, 2))
        .addLayer("stem.conv", convolution(3), "image")
        .addLayer("stem.bn", new BatchNormalization.Builder().build(), "stem.conv")
        .addLayer("stem.relu", relu(), "stem.bn")
        .addLayer("block.conv", convolution(3), "stem.relu")
        .addLayer("block.bn", new BatchNormalization.Builder().build(), "block.conv")
        .addVertex(
            "block.add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "block.bn", "stem.relu")
        .addLayer("after.bn", new BatchNormalization.Builder().build(), "block.add")
        .addLayer(
            "dense",
            new DenseLayer.Builder().nOut(6).activation(Activation.TANH).build(),
            "after.bn")
        .addLayer(
            "head",
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build(),
            "dense")
        .setOutputs("head")
        .build();
  }

  /** The residual network with schedules for {@code run}. */
  static ComputationGraph scheduled(DataType type, String run) {
    ComputationGraphConfiguration network = residual(type, new MomentumSgd(1, MOMENTUM));
    WeightLayers.of(network).schedule(network, run, SCHEDULE);
    ComputationGraph graph = new ComputationGraph(network);
    graph.init();
    return graph;
  }

  static RunDescription description(ComputationGraph graph, String run, long incarnation) {
    return new RunDescription(
        run,
        incarnation,
        "a test",
        WeightLayers.of(graph.getConfiguration()).descriptions(),
        SCHEDULE,
        PolicySpec.DEFAULT,
        EstimatorSpec.DEFAULT,
        40,
        RunPhase.RUNNING);
  }

  /** Eight images, the same for the same seed. */
  static DataSet batch(DataType type, long seed) {
    Nd4j.getRandom().setSeed(seed);
    INDArray labels = Nd4j.zeros(type, 8, 3);
    for (int i = 0; i < 8; i++) {
      labels.putScalar(i, (i + seed) % 3, 1);
    }
    return new DataSet(Nd4j.randn(type, 8, 2, 5, 4), labels);
  }

  private static ConvolutionLayer convolution(int width) {
    return new ConvolutionLayer.Builder(3, 2)
        .nOut(width)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static ActivationLayer relu() {
    return new ActivationLayer.Builder().activation(Activation.RELU).build();
  }
}
