package io.isotherm.checkpoints.weights;

/**
 * A matrix cut into blocks of neighbours, over the ends of its rows.
 *
 * @param elements of the matrix
 * @param size of a block
 * @param columns of the matrix
 */
record FlatBlocks(long elements, int size, int columns) {

  long count() {
    return (elements + size - 1) / size;
  }
}
