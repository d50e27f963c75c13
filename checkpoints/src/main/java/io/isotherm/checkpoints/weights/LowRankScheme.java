package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * LoRA, as PEFT, kohya and diffusers name it: {@code B A} with its scale as a weight of its own, or
 * {@code W + B A} where W is there.
 */
final class LowRankScheme implements Scheme {

  private static final List<String> MAGNITUDES =
      List.of(
          ".lora_magnitude_vector",
          ".lora_magnitude_vector.weight",
          ".lora_magnitude_vector.default.weight",
          ".dora_scale");

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws IOException, UnformableException {
    Optional<LowRankName> name = LowRankName.of(tensor.entry().name());
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Optional<Checkpoint.Tensor> down = all.find(name.get().down());
    Optional<Checkpoint.Tensor> up = all.find(name.get().up());
    if (down.isEmpty() || up.isEmpty()) {
      throw new UnformableException(
          "one factor of a low-rank pair, without '%s'"
              .formatted(down.isEmpty() ? name.get().down() : name.get().up()));
    }
    if (!tensor.entry().name().equals(name.get().down())) {
      return Optional.empty();
    }
    try {
      return Optional.of(pair(name.get(), up.get(), down.get(), all));
    } catch (UnformableException e) {
      // B alone would pass for a layer.
      return Optional.of(
          new Found(
              EffectiveWeight.unformed(
                  weightName(name.get().down()), tensor.entry(), e.getMessage()),
              List.of(up.get(), tensor)));
    }
  }

  private Found pair(
      LowRankName name, Checkpoint.Tensor up, Checkpoint.Tensor down, StoredTensors all)
      throws IOException, UnformableException {
    String module = name.module();
    if (all.has(module + ".lora_mid.weight")) {
      throw new UnformableException("a low-rank weight of three factors (lora_mid) is not formed");
    }
    long rank = Shapes.rows(down.entry().shape());
    OptionalDouble scale = LowRankScale.of(name, rank, all);
    LowRankPair pair = LowRankPair.of(up, down, scale.orElse(1));
    List<Checkpoint.Tensor> parts = new ArrayList<>(List.of(up, down));
    all.find(module + ".alpha").ifPresent(parts::add);
    MAGNITUDES.stream().flatMap(end -> all.find(module + end).stream()).forEach(parts::add);
    String how =
        "B*A, rank %d, %s"
            .formatted(
                rank,
                scale.isPresent()
                    ? "scale %s".formatted(shortened(scale.getAsDouble()))
                    : "scale not known");
    Optional<Checkpoint.Tensor> beside = all.find(module + ".base_layer.weight");
    Optional<EffectiveWeight> base =
        beside.map(EffectiveWeight::stored).or(() -> all.base().flatMap(some -> some.of(name)));
    if (base.isEmpty()) {
      if (all.base().isPresent()) {
        throw new UnformableException("the base has no weight for it");
      }
      return new Found(product(weightName(down.entry().name()), pair, how), parts);
    }
    beside.ifPresent(parts::add);
    if (scale.isEmpty()) {
      throw new UnformableException("no adapter_config.json beside it says its alpha");
    }
    if (MAGNITUDES.stream().anyMatch(end -> all.has(module + end))) {
      throw new UnformableException("the magnitudes of DoRA are not applied to a base");
    }
    return new Found(sum(base.get(), beside.isPresent(), pair, how, all), parts);
  }

  private static String shortened(double scale) {
    String text = String.valueOf((float) scale);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static EffectiveWeight product(String name, LowRankPair pair, String how)
      throws UnformableException {
    LowRankCore core = new LowRankCore(pair);
    return new EffectiveWeight(
        Shapes.entry(name, DType.F64, pair.withRows(LowRankCore.rows(pair))),
        pair.shape(),
        new Formation.Formed(how, core));
  }

  private static EffectiveWeight sum(
      EffectiveWeight base, boolean isBeside, LowRankPair pair, String how, StoredTensors all)
      throws UnformableException {
    if (base.formation() instanceof Formation.Unformed unformed) {
      throw new UnformableException("of the base: " + unformed.reason());
    }
    if (base.formation() instanceof Formation.Stored stored) {
      NumberType type = NumberType.required(stored.tensor().entry());
      if (stored.tensor().entry().dtype().isEmpty()) {
        throw new UnformableException("the base's weight is of type " + type);
      }
    }
    List<Long> shape = withoutOnes(base.shape());
    List<Long> product = withoutOnes(pair.shape());
    List<Long> reversed = product.size() == 2 ? List.of(product.get(1), product.get(0)) : product;
    boolean isTransposed =
        shape.size() == 2
            && (all.configs().adapter().path("fan_in_fan_out").asBoolean(false)
                || !shape.equals(product));
    if (!shape.equals(isTransposed ? reversed : product)
        || !base.shape().equals(base.entry().shape())) {
      throw new UnformableException(
          "B*A of shape %s for a base of %s".formatted(pair.shape(), base.shape()));
    }
    String name = base.entry().name();
    String summed = "W + " + how + base.how().map(some -> "; W: " + some).orElse("");
    return EffectiveWeight.formed(
        isBeside ? name.replace(".base_layer.", ".") : name,
        base.shape(),
        summed,
        new LowRankSum(base.formation(), isTransposed, pair));
  }

  private static List<Long> withoutOnes(List<Long> shape) {
    return Stream.concat(shape.stream().limit(2), shape.stream().skip(2).filter(size -> size != 1))
        .toList();
  }

  @Override
  public String weightName(String main) {
    return LowRankName.of(main).map(name -> name.module() + ".lora").orElse(main);
  }
}
