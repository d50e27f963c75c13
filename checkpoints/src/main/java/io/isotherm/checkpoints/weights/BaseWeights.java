package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The weights of the network that an adapter was made for. */
public final class BaseWeights {

  private static final String WEIGHT = ".weight";
  private static final Pattern PEFT_PREFIX = Pattern.compile("^base_model\\.model\\.");

  /** Kohya names modules with underscores for dots, behind the part of the pipeline. */
  private static final Pattern KOHYA_PREFIX =
      Pattern.compile("^(lora_(unet|te\\d?|transformer|prior)|lycoris)_");

  /** What models and their heads are wrapped in. */
  private static final List<String> WRAPPERS = List.of("model.", "transformer.");

  private final Map<String, EffectiveWeight> byModule = new HashMap<>();
  private final Map<String, EffectiveWeight> byFlatModule = new HashMap<>();

  private BaseWeights(List<EffectiveWeight> weights) {
    for (EffectiveWeight weight : weights) {
      TensorNames.before(weight.entry().name(), WEIGHT)
          .ifPresent(
              module -> {
                byModule.put(module, weight);
                byFlatModule.put(module.replace('.', '_'), weight);
              });
    }
  }

  /**
   * The weights of a checkpoint, formed from their parts where they are stored in parts.
   *
   * @throws IOException with one line if a file cannot be read
   */
  public static BaseWeights of(Checkpoint checkpoint, ConfigFiles configs) throws IOException {
    return new BaseWeights(WeightGroups.of(checkpoint, configs));
  }

  /** The weight that a low-rank pair changes. */
  Optional<EffectiveWeight> of(LowRankName pair) {
    String module = PEFT_PREFIX.matcher(pair.module()).replaceFirst("");
    return Stream.concat(
            Stream.of(module), WRAPPERS.stream().flatMap(some -> wrapped(module, some)))
        .map(byModule::get)
        .filter(weight -> weight != null)
        .findFirst()
        .or(
            () ->
                Optional.ofNullable(
                    byFlatModule.get(KOHYA_PREFIX.matcher(module).replaceFirst(""))));
  }

  private static Stream<String> wrapped(String module, String wrapper) {
    return Stream.of(
        wrapper + module, module.startsWith(wrapper) ? module.substring(wrapper.length()) : module);
  }
}
