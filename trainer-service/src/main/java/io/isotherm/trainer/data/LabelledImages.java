package io.isotherm.trainer.data;

import java.io.IOException;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Square grey images, each of one class. */
public final class LabelledImages {

  /** Classes of the MNIST family. */
  public static final int CLASSES = 10;

  /** Mean and standard deviation of the pixels of Fashion-MNIST's training set, 0 to 1. */
  private static final float MEAN = 0.2860f;

  private static final float DEVIATION = 0.3530f;

  private final int side;
  private final byte[] pixels;
  private final byte[] labels;

  private LabelledImages(int side, byte[] pixels, byte[] labels) {
    this.side = side;
    this.pixels = pixels;
    this.labels = labels;
  }

  /**
   * Joins images and labels.
   *
   * @throws IOException if they do not belong together, or a label is no class
   */
  static LabelledImages join(String name, IdxFile images, IdxFile labels) throws IOException {
    if (images.shape().size() != 3
        || !images.shape().get(1).equals(images.shape().get(2))
        || labels.shape().size() != 1
        || !images.shape().get(0).equals(labels.shape().get(0))) {
      throw new IOException(
          "%s: must have square images and as many labels, got shapes: %s and %s"
              .formatted(name, images.shape(), labels.shape()));
    }
    for (byte label : labels.data()) {
      if (label < 0 || label >= CLASSES) {
        throw new IOException(
            "%s: a label must be 0 to %d, got: %d".formatted(name, CLASSES - 1, label & 0xff));
      }
    }
    return new LabelledImages(images.shape().get(1), images.data(), labels.data());
  }

  /**
   * The first {@code count} of them.
   *
   * @throws IllegalArgumentException if there are not as many
   */
  LabelledImages first(int count) {
    if (count < 1 || count > size()) {
      throw new IllegalArgumentException(
          "number of images must be 1 to %d, got: %d".formatted(size(), count));
    }
    return new LabelledImages(
        side, Arrays.copyOf(pixels, count * side * side), Arrays.copyOf(labels, count));
  }

  /** How many there are. */
  public int size() {
    return labels.length;
  }

  /** Width and height of an image in pixels. */
  public int side() {
    return side;
  }

  /** The class of an image, 0 to 9. */
  public int label(int index) {
    return labels[index];
  }

  /**
   * The images at some indices, normalised to mean 0 and deviation 1 over the data set: features
   * {@code [n, 1, side, side]}, labels one-hot {@code [n, 10]}.
   */
  public DataSet batch(int... indices) {
    int size = side * side;
    float[] features = new float[indices.length * size];
    float[] classes = new float[indices.length * CLASSES];
    for (int i = 0; i < indices.length; i++) {
      for (int p = 0; p < size; p++) {
        int grey = pixels[indices[i] * size + p] & 0xff;
        features[i * size + p] = (grey / 255f - MEAN) / DEVIATION;
      }
      classes[i * CLASSES + labels[indices[i]]] = 1;
    }
    return new DataSet(
        array(features, indices.length, 1, side, side), array(classes, indices.length, CLASSES));
  }

  private static INDArray array(float[] values, long... shape) {
    return Nd4j.createFromArray(values).reshape(shape);
  }
}
