package io.isotherm.checkpoints;

import io.isotherm.methods.policy.NetworkEnds;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The order by depth of layers of which nothing is known but their names: embeddings, then the rest
 * by the numbers in their names, block 2 before block 10, then heads. Within a block the alphabet
 * decides.
 */
final class DepthByName implements Comparator<String> {

  /** The output embedding of GPT-NeoX, which reads like an embedding. */
  private static final String OUTPUT_EMBEDDING = "embed_out";

  /**
   * Classifiers of torchvision, HuggingFace and the papers, where they stand beside the blocks;
   * within a block {@code fc} and {@code output} are layers like others.
   */
  private static final Set<String> CLASSIFIERS =
      Set.of("fc", "classifier", "linear", "output", "score", OUTPUT_EMBEDDING);

  private static final Pattern DOT = Pattern.compile("\\.");
  private static final Pattern PARTS = Pattern.compile("\\d+|\\D+");

  /** How many parts all names begin with, such as {@code model} of a wrapper. */
  private final int common;

  /** The order of layers of these names. */
  DepthByName(List<String> names) {
    this.common = common(names.stream().map(DOT::split).toList());
  }

  @Override
  public int compare(String one, String other) {
    int ends = Integer.compare(end(one), end(other));
    return ends != 0 ? ends : compareByNumbers(one, other);
  }

  private int end(String name) {
    String[] parts = DOT.split(name);
    if (NetworkEnds.isHead(name)
        || (common < parts.length && CLASSIFIERS.contains(parts[common]))) {
      return 1;
    }
    return NetworkEnds.isEmbedding(name) ? -1 : 0;
  }

  /** The last part of a name is the layer itself. */
  private static int common(List<String[]> names) {
    if (names.isEmpty()) {
      return 0;
    }
    String[] first = names.get(0);
    int common = first.length - 1;
    for (String[] name : names) {
      int mismatch = Arrays.mismatch(first, 0, common, name, 0, Math.min(common, name.length - 1));
      common = mismatch < 0 ? common : mismatch;
    }
    return common;
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
