package io.isotherm.trainer.network;

import io.isotherm.client.dl4j.MomentumSgd;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A 14-layer residual network in the manner of He et al., "Deep residual learning for image
 * recognition" (CVPR 2016), section 4.2, with projections where the width changes: a stem of stride
 * 2, three stages of two blocks with 16, 32 and 64 channels, a linear head. 16 weight layers, about
 * 176,000 parameters.
 */
public final class ResNet implements Network {

  /** Its name in an order. */
  static final String NAME = "resnet-14";

  private static final double WEIGHT_DECAY = 5e-4;
  private static final int[] WIDTHS = {16, 32, 64};
  private static final int BLOCKS = 2;
  private static final double MOMENTUM = 0.9;
  private static final Pattern BLOCK_NAME = Pattern.compile("stage(\\d+)\\.block(\\d+)\\..*");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "ResNet-14";
  }

  @Override
  public double weightDecay() {
    return WEIGHT_DECAY;
  }

  @Override
  public ComputationGraphConfiguration configuration(
      long seed, int side, int classes, double baseRate) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .dataType(DataType.FLOAT)
            .weightInit(WeightInit.RELU)
            .updater(new MomentumSgd(baseRate, MOMENTUM))
            .l2(WEIGHT_DECAY)
            .convolutionMode(ConvolutionMode.Same)
            .graphBuilder()
            .addInputs("image")
            .setInputTypes(InputType.convolutional(side, side, 1));
    Assembly assembly = new Assembly(graph);
    assembly.stem();
    for (int stage = 0; stage < WIDTHS.length; stage++) {
      for (int block = 0; block < BLOCKS; block++) {
        boolean widens = stage > 0 && block == 0;
        assembly.block("stage%d.block%d".formatted(stage + 1, block), WIDTHS[stage], widens);
      }
    }
    assembly.head(classes);
    return graph.build();
  }

  /** The index of the residual block, counted through the stages. */
  @Override
  public OptionalInt blockOf(String layer) {
    Matcher matcher = BLOCK_NAME.matcher(layer);
    return matcher.matches()
        ? OptionalInt.of(
            (Integer.parseInt(matcher.group(1)) - 1) * BLOCKS + Integer.parseInt(matcher.group(2)))
        : OptionalInt.empty();
  }

  /** The graph as far as it is built. */
  private static final class Assembly {

    private final GraphBuilder graph;
    private String end = "image";

    Assembly(GraphBuilder graph) {
      this.graph = graph;
    }

    void stem() {
      end = convolution("stem.conv", "stem.bn", end, 3, 2, WIDTHS[0]);
      end = relu("stem.relu", end);
    }

    void block(String name, int width, boolean widens) {
      int stride = widens ? 2 : 1;
      String first = convolution(name + ".conv1", name + ".bn1", end, 3, stride, width);
      String between = relu(name + ".relu1", first);
      String second = convolution(name + ".conv2", name + ".bn2", between, 3, 1, width);
      String shortcut =
          widens
              ? convolution(name + ".shortcut.conv", name + ".shortcut.bn", end, 1, stride, width)
              : end;
      graph.addVertex(
          name + ".add", new ElementWiseVertex(ElementWiseVertex.Op.Add), second, shortcut);
      end = relu(name + ".relu2", name + ".add");
    }

    void head(int classes) {
      graph.addLayer("pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), end);
      graph.addLayer(
          "head",
          new OutputLayer.Builder(LossFunction.MCXENT)
              .nOut(classes)
              .activation(Activation.SOFTMAX)
              .build(),
          "pool");
      graph.setOutputs("head");
    }

    private String convolution(
        String name, String norm, String input, int kernel, int stride, int width) {
      graph.addLayer(
          name,
          new ConvolutionLayer.Builder(kernel, kernel)
              .stride(stride, stride)
              .nOut(width)
              .hasBias(false)
              .activation(Activation.IDENTITY)
              .build(),
          input);
      graph.addLayer(norm, new BatchNormalization.Builder().build(), name);
      return norm;
    }

    private String relu(String name, String input) {
      graph.addLayer(
          name, new ActivationLayer.Builder().activation(Activation.RELU).build(), input);
      return name;
    }
  }
}
