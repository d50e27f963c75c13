package io.isotherm.spectra.matrix;

import io.isotherm.contracts.safetensors.DType;
import io.isotherm.contracts.safetensors.SafeTensor;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * The matrices of one layer, all of the same shape {@code [out, in]}: a dense layer is one matrix,
 * a convolution of shape {@code [out, in, kH, kW]} is the {@code kH * kW} slices {@code W[:, :, i,
 * j]}, slice {@code i * kW + j} being matrix number {@code i * kW + j}.
 *
 * <p>Nothing is copied until a solver asks for it: {@link #copyTo(int, DoubleBuffer)} writes one
 * matrix straight into the memory that the solver computes in. Copies are scaled by {@code
 * 2^-exponent()}, which is exact and brings the largest weight of the layer to between 1 and 2, so
 * that squares neither overflow nor vanish.
 */
public final class WeightMatrices {

  private final DType dtype;
  private final Elements elements;
  private final Layout layout;
  private final int count;
  private final int rows;
  private final int columns;
  private final double maxAbs;
  private final long nonFinite;

  private WeightMatrices(SafeTensor tensor, Layout layout, int count) {
    this.dtype = tensor.dtype();
    this.elements = Elements.of(tensor.dtype(), tensor.data());
    this.layout = layout;
    this.count = count;
    this.rows = layout.axis(Layout.OUT).size();
    this.columns = layout.axis(Layout.IN).size();
    int length = (int) tensor.elementCount();
    double largest = 0;
    long strange = 0;
    for (int i = 0; i < length; i++) {
      double magnitude = Math.abs(elements.get(i));
      if (magnitude <= Double.MAX_VALUE) {
        largest = Math.max(largest, magnitude);
      } else {
        strange++;
      }
    }
    this.maxAbs = largest;
    this.nonFinite = strange;
  }

  /**
   * The matrices of a tensor of rank 2 or 4, in PyTorch's order of dimensions or the one that its
   * {@value SafeTensor#LAYOUT} entry names. Looks at every element once. The tensor's bytes are
   * shared, not copied.
   *
   * @throws UnreadableTensorException if rank or layout are not those of a layer
   */
  public static WeightMatrices of(SafeTensor tensor) throws UnreadableTensorException {
    Layout layout = Layout.of(tensor);
    int count = layout.axis(Layout.HEIGHT).size() * layout.axis(Layout.WIDTH).size();
    return new WeightMatrices(tensor, layout, count);
  }

  /** How many matrices there are. */
  public int count() {
    return count;
  }

  /** Rows of each matrix: the layer's outputs. */
  public int rows() {
    return rows;
  }

  /** Columns of each matrix: the layer's inputs. */
  public int columns() {
    return columns;
  }

  /** Order of the smaller Gram matrix of each matrix, and so its number of eigenvalues. */
  public int order() {
    return Math.min(rows, columns);
  }

  /** Eigenvalues of all matrices together. */
  public int eigenvalueCount() {
    return Math.multiplyExact(count, order());
  }

  /** Elements of one matrix: the room that a copy needs. */
  public int matrixLength() {
    return Math.multiplyExact(rows, columns);
  }

  /** The type that the weights came in. */
  public DType dtype() {
    return dtype;
  }

  /** Largest magnitude among the finite weights; 0 if there is none. */
  public double maxAbs() {
    return maxAbs;
  }

  /** How many weights are NaN or infinite. */
  public long nonFinite() {
    return nonFinite;
  }

  /** How many weights there are in all matrices. */
  public long elementCount() {
    return (long) count * matrixLength();
  }

  /** The power of two of {@link #maxAbs()}; 0 if all weights are 0. */
  public int exponent() {
    return maxAbs == 0 ? 0 : Math.getExponent(maxAbs);
  }

  /**
   * Writes one matrix, row by row and scaled by {@code 2^-exponent()}, to {@code target} from index
   * 0, whatever its position.
   *
   * @param matrix 0-based
   * @param target with a limit of at least {@link #matrixLength()}
   */
  public void copyTo(int matrix, DoubleBuffer target) {
    int offset = offset(matrix);
    double scale = Math.scalb(1.0, -exponent());
    int rowStride = layout.axis(Layout.OUT).stride();
    int columnStride = layout.axis(Layout.IN).stride();
    int to = 0;
    for (int row = 0; row < rows; row++) {
      int from = offset + row * rowStride;
      for (int column = 0; column < columns; column++) {
        target.put(to++, elements.get(from) * scale);
        from += columnStride;
      }
    }
  }

  /**
   * Writes one matrix as {@link #copyTo(int, DoubleBuffer)} does, each element rounded to a float
   * after it was scaled.
   *
   * @param matrix 0-based
   * @param target with a limit of at least {@link #matrixLength()}
   */
  public void copyTo(int matrix, FloatBuffer target) {
    int offset = offset(matrix);
    double scale = Math.scalb(1.0, -exponent());
    int rowStride = layout.axis(Layout.OUT).stride();
    int columnStride = layout.axis(Layout.IN).stride();
    int to = 0;
    for (int row = 0; row < rows; row++) {
      int from = offset + row * rowStride;
      for (int column = 0; column < columns; column++) {
        target.put(to++, (float) (elements.get(from) * scale));
        from += columnStride;
      }
    }
  }

  private int offset(int matrix) {
    if (matrix < 0 || matrix >= count) {
      throw new IndexOutOfBoundsException(
          "matrix must be from 0 to %d, got: %d".formatted(count - 1, matrix));
    }
    Layout.Axis height = layout.axis(Layout.HEIGHT);
    Layout.Axis width = layout.axis(Layout.WIDTH);
    return matrix / width.size() * height.stride() + matrix % width.size() * width.stride();
  }
}
