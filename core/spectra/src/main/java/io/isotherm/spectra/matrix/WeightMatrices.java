package io.isotherm.spectra.matrix;

import io.isotherm.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Matrices of the same shape within a layer's weights: all of them, or windows of them. A view of
 * the tensor's bytes.
 *
 * <p>Nothing is copied until a solver asks for it: {@link #copyTo(int, DoubleBuffer)} writes one
 * matrix straight into the memory that the solver computes in. Copies are scaled by {@code
 * 2^-exponent()}, which is exact and brings the largest weight of the layer to between 1 and 2, so
 * that squares neither overflow nor vanish. For one thread at a time; {@link #part} gives another
 * thread a view of its own.
 */
public final class WeightMatrices {

  /** Columns further apart are read one by one, and not with all that lies between them. */
  private static final int MAX_DISTANCE = 64;

  private final Source source;
  private final Layout.Axis row;
  private final Layout.Axis column;
  private final int[] offsets;
  private MatrixCopy.ToFloats toFloats;
  private MatrixCopy.ToDoubles toDoubles;

  WeightMatrices(Source source, Layout.Axis row, Layout.Axis column, int[] offsets) {
    this.source = source;
    this.row = row;
    this.column = column;
    this.offsets = offsets;
  }

  /**
   * The tensor that the matrices are views of.
   *
   * @param data its elements, from the position on
   * @param elements the same, read as numbers
   * @param exponent of the largest magnitude
   */
  record Source(DType dtype, ByteBuffer data, Elements elements, int exponent) {}

  /**
   * Where matrices lie in a tensor: element (i, j) of matrix k is number {@code offsets[k] + i *
   * rowStride + j * columnStride}, and not scaled.
   *
   * @param data little-endian elements, from the first to the last that a matrix has; a view
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Placement(
      DType dtype, ByteBuffer data, int[] offsets, int rowStride, int columnStride) {}

  /** How many matrices there are. */
  public int count() {
    return offsets.length;
  }

  /** Rows of each matrix. */
  public int rows() {
    return row.size();
  }

  /** Columns of each matrix. */
  public int columns() {
    return column.size();
  }

  /** Order of the smaller Gram matrix of each matrix, and so its number of eigenvalues. */
  public int order() {
    return Math.min(rows(), columns());
  }

  /** Eigenvalues of all matrices together. */
  public int eigenvalueCount() {
    return Math.multiplyExact(count(), order());
  }

  /** Elements of one matrix: the room that a copy needs. */
  public int matrixLength() {
    return Math.multiplyExact(rows(), columns());
  }

  /** The power of two of the layer's largest magnitude; 0 if all weights are 0. */
  public int exponent() {
    return source.exponent();
  }

  /** The same matrices, rows and columns exchanged; their eigenvalues are the same. */
  public WeightMatrices transposed() {
    return new WeightMatrices(source, column, row, offsets);
  }

  /** Some of these matrices, for a thread that need not be the one of these. */
  public WeightMatrices part(int first, int number) {
    return new WeightMatrices(
        source, row, column, Arrays.copyOfRange(offsets, first, first + number));
  }

  /**
   * These matrices or, if those are faster to read, their transposes, which have the same
   * eigenvalues.
   */
  public WeightMatrices inMemoryOrder() {
    return row.stride() < column.stride() ? transposed() : this;
  }

  /**
   * Windows of {@code rows} x {@code columns}, one for each matrix, row and column at which they
   * begin; those of one matrix together, and those of one row together.
   *
   * @throws IndexOutOfBoundsException if a window does not lie within its matrix
   */
  public WeightMatrices windows(int[] rowStarts, int[] columnStarts, int rows, int columns) {
    checkWindows(rowStarts, rows, rows());
    checkWindows(columnStarts, columns, columns());
    int perMatrix = Math.multiplyExact(rowStarts.length, columnStarts.length);
    int[] starts = new int[Math.multiplyExact(offsets.length, perMatrix)];
    int next = 0;
    for (int offset : offsets) {
      for (int rowStart : rowStarts) {
        for (int columnStart : columnStarts) {
          starts[next++] = offset + rowStart * row.stride() + columnStart * column.stride();
        }
      }
    }
    return new WeightMatrices(
        source,
        new Layout.Axis(rows, row.stride()),
        new Layout.Axis(columns, column.stride()),
        starts);
  }

  private static void checkWindows(int[] starts, int size, int available) {
    for (int start : starts) {
      if (start < 0 || size < 0 || size > available - start) {
        throw new IndexOutOfBoundsException(
            "windows of %d beginning at %s must lie within 0 to %d"
                .formatted(size, Arrays.toString(starts), available));
      }
    }
  }

  /**
   * Writes one matrix, row by row and scaled by {@code 2^-exponent()}, to {@code target} from index
   * 0, whatever its position.
   *
   * @param matrix 0-based
   * @param target with a limit of at least {@link #matrixLength()}
   */
  public void copyTo(int matrix, DoubleBuffer target) {
    if (toDoubles == null) {
      toDoubles = new MatrixCopy.ToDoubles(source, pieceLength());
    }
    copy(matrix, 1, toDoubles.to(target));
  }

  /**
   * Writes one matrix as {@link #copyTo(int, DoubleBuffer)} does, each element rounded to a float
   * after it was scaled.
   *
   * @param matrix 0-based
   * @param target with a limit of at least {@link #matrixLength()}
   */
  public void copyTo(int matrix, FloatBuffer target) {
    copyTo(matrix, 1, target);
  }

  /**
   * Writes some matrices, one after the other, as {@link #copyTo(int, FloatBuffer)} writes one.
   * Reads the tensor once where the matrices interlock, as the slices of a convolution do.
   *
   * @param first 0-based
   * @param number how many
   * @param target with a limit of at least {@code number *} {@link #matrixLength()}
   */
  public void copyTo(int first, int number, FloatBuffer target) {
    if (toFloats == null) {
      toFloats = new MatrixCopy.ToFloats(source, pieceLength());
    }
    copy(first, number, toFloats.to(target));
  }

  /** Elements of the largest piece that a copy reads. */
  private int pieceLength() {
    long length = isOneRun() ? matrixLength() : (long) distance() * columns();
    return (int) Math.min(MatrixCopy.PIECE, length);
  }

  /** Whether a copy of a matrix is a copy of neighbours. */
  private boolean isOneRun() {
    return distance() == 1 && liesRowByRow();
  }

  /** Between two columns; an axis of one element may have no stride. */
  private int distance() {
    return Math.max(1, column.stride());
  }

  private void copy(int first, int number, MatrixCopy copy) {
    for (int done = 0; done < number; ) {
      int matrix = first + done;
      int together = interlocked(matrix, first + number);
      if (isOneRun()) {
        copyRun(matrix, 1, 0, matrixLength(), done * matrixLength(), copy);
      } else {
        for (int i = 0; i < rows(); i++) {
          int to = done * matrixLength() + i * columns();
          copyRun(matrix, together, i * row.stride(), columns(), to, copy);
        }
      }
      done += together;
    }
  }

  /** How many matrices from this one on begin before its second column. */
  private int interlocked(int matrix, int end) {
    int count = 1;
    while (matrix + count < end
        && distance() <= MAX_DISTANCE
        && offset(matrix + count) > offset(matrix + count - 1)
        && offset(matrix + count) < offset(matrix) + distance()) {
      count++;
    }
    return count;
  }

  /**
   * Copies neighbours along the columns from matrices that interlock, piece by piece.
   *
   * @param start of the run within each matrix, in the tensor
   * @param to where the first matrix's run goes; the other ones' follow one matrix apart
   */
  private void copyRun(int matrix, int together, int start, int length, int to, MatrixCopy copy) {
    int from = offset(matrix) + start;
    boolean isFarApart = distance() > MAX_DISTANCE;
    int most = isFarApart ? MatrixCopy.PIECE : MatrixCopy.PIECE / distance();
    int beyond = offset(matrix + together - 1) - offset(matrix);
    for (int done = 0; done < length; done += most) {
      int count = Math.min(most, length - done);
      if (isFarApart) {
        copy.read(from + done * distance(), distance(), count);
        copy.write(0, 1, count, to + done);
        continue;
      }
      copy.read(from + done * distance(), (count - 1) * distance() + 1 + beyond);
      for (int k = 0; k < together; k++) {
        int within = offset(matrix + k) - offset(matrix);
        copy.write(within, distance(), count, to + done + k * matrixLength());
      }
    }
  }

  /** Where the matrices lie in the tensor, for who reads it by other means than this class. */
  public Placement placement() {
    int first = Arrays.stream(offsets).min().orElse(0);
    int last = Arrays.stream(offsets).max().orElse(0);
    int size = source.dtype().bytes();
    int length = last - first + (rows() - 1) * row.stride() + (columns() - 1) * column.stride() + 1;
    ByteBuffer data = source.data().slice(source.data().position() + first * size, length * size);
    return new Placement(
        source.dtype(),
        data.order(ByteOrder.LITTLE_ENDIAN),
        Arrays.stream(offsets).map(offset -> offset - first).toArray(),
        row.stride(),
        column.stride());
  }

  /** Whether each matrix lies in memory as it is copied. */
  private boolean liesRowByRow() {
    return (columns() <= 1 || column.stride() == 1) && (rows() <= 1 || row.stride() == columns());
  }

  private int offset(int matrix) {
    if (matrix < 0 || matrix >= count()) {
      throw new IndexOutOfBoundsException(
          "matrix must be from 0 to %d, got: %d".formatted(count() - 1, matrix));
    }
    return offsets[matrix];
  }
}
