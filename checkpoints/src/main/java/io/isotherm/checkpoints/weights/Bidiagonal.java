package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A real bidiagonal matrix for each complex one, with the same singular values (Golub and Van Loan,
 * Matrix Computations, 5.4.8): Householder reflections from both sides leave a complex bidiagonal
 * matrix, and the phases of its elements can be taken off by unitary diagonal ones.
 *
 * @param tensor {@code [rows, columns, modes...]} of two floats each
 */
record Bidiagonal(Checkpoint.Tensor tensor) implements Formula {

  /** Order of the bidiagonal matrices, and how many there are if there are modes. */
  List<Long> shape() throws UnformableException {
    List<Long> stored = tensor.entry().shape();
    long order = Math.min(stored.get(0), stored.get(1));
    return stored.size() == 2
        ? List.of(order, order)
        : List.of(order, order, Shapes.count(stored.subList(2, stored.size())));
  }

  @Override
  public void form(ByteBuffer target) throws IOException, UnformableException {
    List<Long> stored = tensor.entry().shape();
    int rows = Shapes.toInt(stored.get(0));
    int columns = Shapes.toInt(stored.get(1));
    int order = Math.min(rows, columns);
    int modes = Shapes.toInt(Shapes.count(stored.subList(2, stored.size())));
    ByteBuffer bytes =
        ByteBuffer.allocate(Shapes.toInt(tensor.entry().byteLength()))
            .order(ByteOrder.LITTLE_ENDIAN);
    tensor.readBytes(0, bytes);
    FloatBuffer values = bytes.clear().asFloatBuffer();
    DoubleBuffer weight = target.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    for (int i = 0; i < order * order * modes; i++) {
      weight.put(i, 0);
    }
    for (int mode = 0; mode < modes; mode++) {
      ComplexMatrix matrix = new ComplexMatrix(Math.max(rows, columns), order);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          int at = 2 * ((i * columns + j) * modes + mode);
          // The transpose has the same singular values.
          matrix.put(
              rows >= columns ? i : j, rows >= columns ? j : i, values.get(at), values.get(at + 1));
        }
      }
      double[][] bands = matrix.bidiagonalised();
      for (int i = 0; i < order; i++) {
        weight.put((i * order + i) * modes + mode, bands[0][i]);
        if (i + 1 < order) {
          weight.put((i * order + i + 1) * modes + mode, bands[1][i]);
        }
      }
    }
  }

  @Override
  public boolean hasOnlyTheSpectrum() {
    return true;
  }

  @Override
  public long heapBytes() {
    long matrix = tensor.entry().shape().get(0) * tensor.entry().shape().get(1);
    return tensor.entry().byteLength() + 2 * Double.BYTES * matrix;
  }
}
