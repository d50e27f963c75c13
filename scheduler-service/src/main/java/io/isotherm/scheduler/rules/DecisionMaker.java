package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.contracts.codec.Json;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.PolicySpec;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.spectra.policy.LayerFactor;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts a decision together from the alphas. The same inputs give the same bytes. */
final class DecisionMaker {

  private static final int ID_LENGTH = 32;

  private final Policy policy;
  private final Limits limits;

  DecisionMaker(Policy policy, Limits limits) {
    this.policy = policy;
    this.limits = limits;
  }

  /** A decision, or why there is none. */
  sealed interface Result {
    record Made(Decision decision) implements Result {}

    record Withheld(String reason) implements Result {}
  }

  /**
   * Fails closed: a policy that throws, or a factor or learning rate that is not a positive finite
   * number, withholds the whole decision, so the trainer keeps the rates that it has.
   */
  Result decide(
      RunDescription run,
      long step,
      int epoch,
      SortedMap<String, LayerAlpha> alphas,
      List<String> missing,
      long revision) {
    try {
      double base = run.schedule().learningRateAt(step);
      List<LayerRate> rates = new ArrayList<>();
      for (LayerFactor factor : policy.factors(run.policy(), run.layers(), usable(alphas))) {
        rates.add(rate(factor, base, alphas.get(factor.layer())));
      }
      String id = id(new Inputs(run.run(), run.incarnation(), step, run.policy(), alphas, missing));
      return new Result.Made(
          new Decision(
              run.run(),
              run.incarnation(),
              id,
              revision,
              step,
              epoch,
              run.policy(),
              base,
              rates,
              missing));
    } catch (RuntimeException e) {
      // One run's impossible numbers must not stop the other runs of its partition.
      return new Result.Withheld(String.valueOf(e.getMessage()));
    }
  }

  private LayerRate rate(LayerFactor factor, double base, LayerAlpha known) {
    boolean usable = known != null && known.alpha().isPresent();
    double clamped = limits.clamp(factor.factor());
    return new LayerRate(
        factor.layer(),
        factor.role(),
        clamped,
        clamped * base,
        usable ? known.alpha() : OptionalDouble.empty(),
        usable ? OptionalLong.of(known.step()) : OptionalLong.empty(),
        factor.follows());
  }

  private static Map<String, Double> usable(SortedMap<String, LayerAlpha> alphas) {
    Map<String, Double> usable = new TreeMap<>();
    alphas.forEach((layer, known) -> known.alpha().ifPresent(alpha -> usable.put(layer, alpha)));
    return usable;
  }

  /** What a decision's id is the hash of; its JSON is the canonical form. */
  private record Inputs(
      String run,
      long incarnation,
      long step,
      PolicySpec policy,
      Map<String, LayerAlpha> alphas,
      List<String> missing) {}

  private static String id(Inputs inputs) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(Json.MAPPER.writeValueAsBytes(inputs));
      return HexFormat.of().formatHex(hash).substring(0, ID_LENGTH);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
