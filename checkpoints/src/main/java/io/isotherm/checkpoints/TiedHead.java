package io.isotherm.checkpoints;

import io.isotherm.checkpoints.weights.ConfigFiles;
import io.isotherm.checks.OneLine;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether a network without a head of its own takes its embedding for one. */
sealed interface TiedHead {

  /** The network has a head of its own, or none. */
  record Untied() implements TiedHead {}

  /** The weight of that name is also the head. */
  record Tied(String embedding) implements TiedHead {}

  /** Nobody says; {@code reason} is one line. */
  record Unknown(String reason) implements TiedHead {}

  /** Tables of tokens, as the usual models call them. */
  Pattern TOKENS =
      Pattern.compile(
          "(.*\\.)?(embed_tokens|wte|shared|word_embeddings|tok_embeddings|token_embd|embed_in"
              + "|token_embedding|backbone\\.embeddings?)\\.weight");

  /** Architectures of Hugging Face that end in a head over tokens. */
  Pattern WITH_HEAD =
      Pattern.compile(".*(LMHead|CausalLM|ConditionalGeneration|MaskedLM|DoubleHeads|MTModel).*");

  /** What wraps a model with its head; the model alone is saved without it. */
  Pattern WRAPPED = Pattern.compile("(model|transformer|backbone|gpt_neox|language_model)\\..+");

  /** Embeddings that have been the head too in everything that calls them so. */
  Pattern ALWAYS_TIED = Pattern.compile("token_embd\\.weight|decoder\\.token_embedding\\.weight");

  /** Those of networks that predict tokens one after the other, where they stand bare. */
  Pattern OF_DECODER = Pattern.compile("(.*\\.)?(embed_tokens|wte|shared|tok_embeddings)\\.weight");

  /**
   * Of a network whose stored layers include no head.
   *
   * @param weights names of all weights
   */
  static TiedHead of(List<String> weights, ConfigFiles configs) {
    Optional<String> embedding = embedding(weights);
    if (embedding.isEmpty()) {
      return new Untied();
    }
    String name = embedding.get();
    Optional<Boolean> says = configs.tiesWordEmbeddings();
    if (configs.architecture().isPresent()) {
      String architecture = configs.architecture().get();
      if (!WITH_HEAD.matcher(architecture).matches()) {
        return new Untied();
      }
      return says.orElse(true)
          ? new Tied(name)
          : new Unknown(
              "the head of %s is not stored, and config.json does not tie it to the embedding"
                  .formatted(OneLine.of(architecture)));
    }
    boolean isTied = says.orElse(ALWAYS_TIED.matcher(name).matches() || isWrapped(name, weights));
    if (isTied) {
      return new Tied(name);
    }
    return says.isEmpty() && OF_DECODER.matcher(name).matches()
        ? new Unknown("nothing says whether %s is also the head".formatted(OneLine.quoted(name)))
        : new Untied();
  }

  /** The decoder's, if there are more than one. */
  private static Optional<String> embedding(List<String> weights) {
    List<String> tables = weights.stream().filter(name -> TOKENS.matcher(name).matches()).toList();
    return tables.stream()
        .filter(name -> name.contains("decoder"))
        .findFirst()
        .or(() -> tables.stream().findFirst());
  }

  /** In a classifier's file there would be its head. */
  private static boolean isWrapped(String embedding, List<String> weights) {
    return WRAPPED.matcher(embedding).matches()
        && weights.stream().noneMatch(name -> name.startsWith("encoder."));
  }
}
