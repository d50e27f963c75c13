package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import io.isotherm.checkpoints.weights.Formation;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the weights of one checkpoint are for, by their names, shapes and neighbours. */
final class WeightKinds {

  /** Averages over training that are kept beside the weights. */
  private static final Pattern AVERAGE =
      Pattern.compile("(.*[._])?(ema|ema_model|model_ema|ema_params|shadow_params)[._].*");

  private final LayerRules rules;
  private final boolean hasOthers;

  /** For a checkpoint with these weights: where all are averages, they are the network. */
  WeightKinds(List<EffectiveWeight> weights, Siblings siblings) {
    this.rules = new LayerRules(siblings);
    this.hasOthers = weights.stream().anyMatch(weight -> ofNeighbours(weight) == TensorKind.LAYER);
  }

  private TensorKind ofNeighbours(EffectiveWeight weight) {
    return isAverage(weight) ? TensorKind.AVERAGE : ofItself(weight);
  }

  private static boolean isAverage(EffectiveWeight weight) {
    return AVERAGE.matcher(weight.entry().name().toLowerCase(Locale.ROOT)).matches();
  }

  private TensorKind ofItself(EffectiveWeight weight) {
    TensorKind kind = rules.kindOf(weight);
    // A scheme says more than a name that no rule knows.
    return kind == TensorKind.OTHER && !(weight.formation() instanceof Formation.Stored)
        ? TensorKind.LAYER
        : kind;
  }

  /** What a weight is for. */
  TensorKind of(EffectiveWeight weight) {
    return hasOthers ? ofNeighbours(weight) : ofItself(weight);
  }
}
