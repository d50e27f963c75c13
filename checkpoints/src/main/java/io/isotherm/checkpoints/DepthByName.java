package io.isotherm.checkpoints;

import io.isotherm.checkpoints.NameStep.Turn;
import io.isotherm.checkpoints.PartDepths.Depth;
import io.isotherm.checkpoints.PartDepths.Zone;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The order by depth of layers of which nothing is known but their names: part by part, by the
 * field's words for parts of networks ({@link PartDepths}) and by numbers, block 2 before block 10.
 * Where neither says anything the alphabet decides, and {@link #isKnown} is false.
 */
final class DepthByName implements Comparator<String> {

  private static final Pattern DOT = Pattern.compile("[./]");
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /** Parts with a number that take turns with others of the same number, in their order. */
  private static final List<Pattern> TURNS =
      List.of(
          Pattern.compile("(?:patch_embeddings|downsample_layers|resnets)\\.(\\d+)"),
          Pattern.compile("(?:attentions|stages|block)\\.(\\d+)|(?:layer|stage|denseblock)(\\d+)"),
          Pattern.compile("(?:motion_modules|encoder_attn)\\.(\\d+)|transition(\\d+)"),
          Pattern.compile("ffns\\.(\\d+)"));

  /** How many parts all names begin with, such as {@code model} of a wrapper. */
  private final int common;

  /** Modules that begin with a pointwise convolution, since they end with another one. */
  private final Set<String> inverted = new HashSet<>();

  /** Lists of stages of which even the first makes its outcome smaller, so all do so at the end. */
  private final Set<String> shrinkingLast = new HashSet<>();

  private final Map<String, List<NameStep>> steps = new HashMap<>();
  private final Map<List<String>, Optional<Depth>> depths = new HashMap<>();

  /** The order of layers of these names. */
  DepthByName(List<String> names) {
    List<String[]> all = names.stream().map(DOT::split).toList();
    this.common = common(all);
    all.forEach(this::observe);
  }

  private void observe(String[] parts) {
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].equals("conv_pwl")) {
        inverted.add(path(parts, i));
      }
      if (i > 0 && parts[i].equals("downsample") && parts[i - 1].equals("0")) {
        shrinkingLast.add(path(parts, i - 1));
      }
    }
  }

  private static String path(String[] parts, int end) {
    return String.join(".", Arrays.asList(parts).subList(0, end));
  }

  @Override
  public int compare(String one, String other) {
    List<NameStep> ones = steps(one);
    List<NameStep> others = steps(other);
    int mismatch = mismatch(ones, others);
    return mismatch < Math.min(ones.size(), others.size())
        ? ones.get(mismatch).compareTo(others.get(mismatch))
        : Integer.compare(ones.size(), others.size());
  }

  /** Whether the order of two layers follows from what is known, and not from the alphabet. */
  boolean isKnown(String one, String other) {
    List<NameStep> ones = steps(one);
    List<NameStep> others = steps(other);
    int mismatch = mismatch(ones, others);
    return mismatch < Math.min(ones.size(), others.size())
        && ones.get(mismatch).isKnownAgainst(others.get(mismatch));
  }

  /** Whether a layer is a head, or what stands between the blocks and the head. */
  boolean isHead(String name) {
    return steps(name).stream()
        .anyMatch(step -> step.depth().filter(depth -> depth.zone() == Zone.LAST).isPresent());
  }

  private static int mismatch(List<NameStep> ones, List<NameStep> others) {
    int mismatch = 0;
    while (mismatch < Math.min(ones.size(), others.size())
        && ones.get(mismatch).compareTo(others.get(mismatch)) == 0) {
      mismatch++;
    }
    return mismatch;
  }

  private List<NameStep> steps(String name) {
    return steps.computeIfAbsent(
        name,
        some -> {
          String[] parts = DOT.split(some);
          List<NameStep> list = new ArrayList<>();
          for (int i = 0; i < parts.length; i++) {
            list.add(step(parts, i));
          }
          return list;
        });
  }

  private NameStep step(String[] parts, int i) {
    String part = parts[i];
    String parent = i == 0 ? "" : parts[i - 1];
    if (parent.equals("up") && NUMBER.matcher(part).matches()) {
      // Stable Diffusion's first code counts its upward path from the end.
      return new NameStep(
          part, Optional.empty(), Optional.of(new Turn(new BigInteger(part).negate(), 0)));
    }
    Optional<Turn> turn = turn(parts, i);
    String word = turn.isPresent() ? PartDepths.BLOCKS : word(parts, i);
    return new NameStep(
        part,
        depths.computeIfAbsent(
            List.of(parent, word, String.valueOf(i == common)),
            key -> PartDepths.of(lower(parent), lower(word), i == common)),
        turn);
  }

  /** The same word stands elsewhere in some families. */
  private String word(String[] parts, int i) {
    String part = parts[i];
    if (part.equals("conv_pw") && inverted.contains(path(parts, i))) {
      return PartDepths.EXPANSION;
    }
    if (part.equals("downsample") && i > 0 && shrinkingLast.contains(path(parts, i - 1))) {
      return PartDepths.SHRINKING_AT_THE_END;
    }
    return part;
  }

  private static Optional<Turn> turn(String[] parts, int i) {
    String numbered = i + 1 < parts.length ? parts[i] + "." + parts[i + 1] : parts[i];
    for (int place = 0; place < TURNS.size(); place++) {
      for (String text : List.of(numbered, parts[i])) {
        Matcher matcher = TURNS.get(place).matcher(text);
        if (matcher.matches()) {
          String number = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
          return Optional.of(new Turn(new BigInteger(number), place));
        }
      }
    }
    return Optional.empty();
  }

  private static String lower(String part) {
    return part.toLowerCase(Locale.ROOT);
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
}
