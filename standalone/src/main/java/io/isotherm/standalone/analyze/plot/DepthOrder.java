package io.isotherm.standalone.analyze.plot;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The order of layers by depth. A file's order is believed, unless it is that of the alphabet, as
 * many writers sort: then block 10 stands before block 2, and the numbers in the names say more.
 */
public final class DepthOrder {

  private static final Pattern PARTS = Pattern.compile("\\d+|\\D+");

  private DepthOrder() {}

  /**
   * Layers from the first to the last.
   *
   * @param name of a layer
   */
  public static <T> List<T> of(List<T> inFileOrder, Function<T, String> name) {
    List<String> names = inFileOrder.stream().map(name).toList();
    if (!names.equals(names.stream().sorted().toList())) {
      return inFileOrder;
    }
    return inFileOrder.stream()
        .sorted(Comparator.comparing(name, DepthOrder::compareByNumbers))
        .toList();
  }

  private static int compareByNumbers(String one, String other) {
    List<String> ones = PARTS.matcher(one).results().map(MatchResult::group).toList();
    List<String> others = PARTS.matcher(other).results().map(MatchResult::group).toList();
    for (int i = 0; i < Math.min(ones.size(), others.size()); i++) {
      int difference = comparePart(ones.get(i), others.get(i));
      if (difference != 0) {
        return difference;
      }
    }
    return Integer.compare(ones.size(), others.size());
  }

  private static int comparePart(String one, String other) {
    boolean numbers = isDigit(one) && isDigit(other);
    return numbers ? new BigInteger(one).compareTo(new BigInteger(other)) : one.compareTo(other);
  }

  private static boolean isDigit(String part) {
    return Character.isDigit(part.charAt(0));
  }
}
