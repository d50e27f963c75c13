package io.isotherm.methods.policy;

import java.util.List;
import java.util.stream.Stream;

/**
 * The layers with which a network begins and ends, by the names that they have in PyTorch's and
 * HuggingFace's models, and in ours.
 */
public final class NetworkEnds {

  private static final List<String> EMBEDDINGS = List.of("*embed*", "*wte*");
  private static final List<String> HEADS =
      List.of("*lm_head*", "head", "head.*", "*.head", "*.head.*");

  private NetworkEnds() {}

  /** The patterns of both ends. */
  public static List<String> patterns() {
    return Stream.concat(EMBEDDINGS.stream(), HEADS.stream()).toList();
  }

  /** Whether a layer is called like a table that is looked up, or what makes patches vectors. */
  public static boolean isEmbedding(String layer) {
    return Glob.anyMatches(EMBEDDINGS, layer);
  }

  /** Whether a layer is called like the one that makes the last features classes or tokens. */
  public static boolean isHead(String layer) {
    return Glob.anyMatches(HEADS, layer);
  }
}
