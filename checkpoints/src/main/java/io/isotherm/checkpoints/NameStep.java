package io.isotherm.checkpoints;

import io.isotherm.checkpoints.PartDepths.Depth;
import io.isotherm.checkpoints.PartDepths.Zone;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * One part of a layer's name, as something that can be ordered among others in its place.
 *
 * @param text the part
 * @param depth of its word; empty if nobody knows it
 * @param turn among parts that take turns, such as {@code resnets.1} and {@code attentions.1};
 *     empty for others
 */
record NameStep(String text, Optional<Depth> depth, Optional<Turn> turn)
    implements Comparable<NameStep> {

  /**
   * A place among parts that take turns.
   *
   * @param number of the turn
   * @param place within the turn
   */
  record Turn(BigInteger number, int place) {}

  private static final Pattern PIECES = Pattern.compile("\\d+|\\D+");
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /** Kernels' sizes, such as {@code branch3x3}, are no numbers to count by. */
  private static final Pattern SIZE = Pattern.compile(".*\\dx\\d.*");

  private static final Comparator<NameStep> ORDER =
      Comparator.comparing(NameStep::zone)
          .thenComparing(NameStep::row)
          .thenComparing(step -> step.turn().isPresent())
          .thenComparing(step -> step.turn().map(Turn::number).orElse(BigInteger.ZERO))
          .thenComparing(step -> step.turn().map(Turn::place).orElse(0))
          .thenComparing(NameStep::text, NameStep::compareByNumbers);

  /** Where nothing is known, the alphabet decides. */
  @Override
  public int compareTo(NameStep other) {
    return ORDER.compare(this, other);
  }

  /** Whether the order of two different steps follows from what is known, not from the alphabet. */
  boolean isKnownAgainst(NameStep other) {
    if (zone() != other.zone()) {
      return true;
    }
    if (depth.isPresent() && other.depth.isPresent() && row() != other.row()) {
      return true;
    }
    return (turn.isPresent() && other.turn.isPresent() && !turn.equals(other.turn))
        || isCounted(other);
  }

  /** What nobody knows is neither the first nor the last. */
  private Zone zone() {
    return depth.map(Depth::zone).orElse(Zone.MIDDLE);
  }

  private int row() {
    return depth.map(Depth::row).orElse(Integer.MAX_VALUE);
  }

  /** Whether both are the same but for their numbers. */
  private boolean isCounted(NameStep other) {
    return !SIZE.matcher(text).matches()
        && NUMBER.matcher(text).replaceAll("#").equals(NUMBER.matcher(other.text).replaceAll("#"));
  }

  private static int compareByNumbers(String one, String other) {
    List<String> ones = PIECES.matcher(one).results().map(MatchResult::group).toList();
    List<String> others = PIECES.matcher(other).results().map(MatchResult::group).toList();
    for (int i = 0; i < Math.min(ones.size(), others.size()); i++) {
      int difference = comparePiece(ones.get(i), others.get(i));
      if (difference != 0) {
        return difference;
      }
    }
    return Integer.compare(ones.size(), others.size());
  }

  private static int comparePiece(String one, String other) {
    boolean numbers = isDigit(one) && isDigit(other);
    return numbers ? new BigInteger(one).compareTo(new BigInteger(other)) : one.compareTo(other);
  }

  private static boolean isDigit(String piece) {
    return Character.isDigit(piece.charAt(0));
  }
}
