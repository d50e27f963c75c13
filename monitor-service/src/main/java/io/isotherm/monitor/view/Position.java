package io.isotherm.monitor.view;

import java.util.Comparator;

/**
 * Where a message stands among those of its kind of one run.
 *
 * @param incarnation of the run
 * @param step that the message is about
 * @param offset of the record: of two about the same step the later one counts
 */
record Position(long incarnation, long step, long offset) implements Comparable<Position> {

  private static final Comparator<Position> OLDEST_FIRST =
      Comparator.comparingLong(Position::incarnation)
          .thenComparingLong(Position::step)
          .thenComparingLong(Position::offset);

  @Override
  public int compareTo(Position other) {
    return OLDEST_FIRST.compare(this, other);
  }
}
