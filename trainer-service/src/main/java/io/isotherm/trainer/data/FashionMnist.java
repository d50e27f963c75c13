package io.isotherm.trainer.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;

/**
 * The subset of Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf, 2017) that ships with the service,
 * equally many images of each class.
 *
 * @param training for the steps
 * @param test for the accuracy
 */
public record FashionMnist(LabelledImages training, LabelledImages test) {

  private static final String FOLDER = "/fashion-mnist/";

  /**
   * Reads the first images of both sets.
   *
   * @throws IllegalArgumentException if there are not as many
   */
  public static FashionMnist load(int trainingImages, int testImages) {
    try {
      return new FashionMnist(
          images("train").first(trainingImages), images("t10k").first(testImages));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LabelledImages images(String part) throws IOException {
    return LabelledImages.join(
        part, idx(part + "-images-idx3-ubyte.gz"), idx(part + "-labels-idx1-ubyte.gz"));
  }

  private static IdxFile idx(String file) throws IOException {
    try (InputStream packed = FashionMnist.class.getResourceAsStream(FOLDER + file)) {
      if (packed == null) {
        throw new FileNotFoundException("resource " + FOLDER + file + " is missing");
      }
      return IdxFile.read(file, new GZIPInputStream(packed));
    }
  }
}
