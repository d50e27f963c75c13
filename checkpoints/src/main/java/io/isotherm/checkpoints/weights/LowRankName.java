package io.isotherm.checkpoints.weights;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of a low-rank pair.
 *
 * @param module that it changes
 * @param down name of A
 * @param up name of B
 * @param family whose names they are
 */
record LowRankName(String module, String down, String up, Family family) {

  /** Who names pairs. */
  enum Family {
    /** {@code lora_A}, {@code lora_B}, with an {@code adapter_config.json}. */
    PEFT,
    /** {@code lora_down}, {@code lora_up}, with {@code alpha} beside them. */
    KOHYA
  }

  private record Form(Pattern part, String down, String up, Family family) {}

  private static final List<Form> FORMS =
      List.of(
          new Form(
              Pattern.compile("(.*)\\.lora_[AB]((?:\\.[^.]+)?\\.weight)"),
              ".lora_A",
              ".lora_B",
              Family.PEFT),
          new Form(
              Pattern.compile("(.*)\\.lora_(?:down|up)(\\.weight)"),
              ".lora_down",
              ".lora_up",
              Family.KOHYA),
          new Form(
              Pattern.compile("(.*)\\.lora\\.(?:down|up)(\\.weight)"),
              ".lora.down",
              ".lora.up",
              Family.KOHYA),
          new Form(
              Pattern.compile("(.*)_lora\\.(?:down|up)(\\.weight)"),
              "_lora.down",
              "_lora.up",
              Family.KOHYA));

  /** Both names, from one of them; empty if it is none. */
  static Optional<LowRankName> of(String name) {
    for (Form form : FORMS) {
      Matcher matcher = form.part().matcher(name);
      if (matcher.matches()) {
        String module = matcher.group(1);
        String end = matcher.group(2);
        return Optional.of(
            new LowRankName(
                module, module + form.down() + end, module + form.up() + end, form.family()));
      }
    }
    return Optional.empty();
  }
}
