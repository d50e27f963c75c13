package io.isotherm.spectral.assembly;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Puts the elements of a box, row-major as they come, to their places in the whole tensor: run by
 * run, where a run is what lies side by side in both.
 */
final class Scatter {

  private final ByteBuffer whole;
  private final int runBytes;
  private final int[] counts;
  private final int[] strides;
  private final int[] position;
  private final int start;
  private int target;
  private int filled;

  /**
   * At the box's first element.
   *
   * @param whole the tensor's document, less than 2^31 bytes
   * @param data where the tensor's elements begin in it
   * @param shape of the tensor
   * @param elementBytes size of an element
   * @param box within the tensor
   */
  Scatter(ByteBuffer whole, int data, List<Long> shape, int elementBytes, Box box) {
    this.whole = whole;
    int run = elementBytes;
    int outer = shape.size();
    boolean sideBySide = true;
    while (outer > 0 && sideBySide) {
      outer--;
      run *= Math.toIntExact(box.extent().get(outer));
      sideBySide = box.extent().get(outer).equals(shape.get(outer));
    }
    runBytes = run;
    counts = new int[outer];
    strides = new int[outer];
    position = new int[outer];
    int stride = elementBytes;
    int first = data;
    for (int axis = shape.size() - 1; axis >= 0; axis--) {
      first += Math.toIntExact(box.offsets().get(axis)) * stride;
      if (axis < outer) {
        counts[axis] = Math.toIntExact(box.extent().get(axis));
        strides[axis] = stride;
      }
      stride *= Math.toIntExact(shape.get(axis));
    }
    start = first;
    target = first;
  }

  /** The next bytes of the box, from index {@code from} of an array on to its end. */
  void put(byte[] bytes, int from) {
    int taken = from;
    while (taken < bytes.length) {
      int length = Math.min(runBytes - filled, bytes.length - taken);
      whole.put(target + filled, bytes, taken, length);
      taken += length;
      filled += length;
      if (filled == runBytes) {
        nextRun();
      }
    }
  }

  private void nextRun() {
    filled = 0;
    for (int axis = counts.length - 1; axis >= 0; axis--) {
      target += strides[axis];
      position[axis]++;
      if (position[axis] < counts[axis]) {
        return;
      }
      target -= counts[axis] * strides[axis];
      position[axis] = 0;
    }
  }

  /** Back to the box's first element. */
  void restart() {
    Arrays.fill(position, 0);
    target = start;
    filled = 0;
  }
}
