package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.methods.Json;
import io.isotherm.methods.PolicySpec;
import io.isotherm.spectra.policy.LayerFactor;
import io.isotherm.spectra.policy.Moment;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.isotherm.spectra.policy.PolicyTrack;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Puts a decision together from the alphas. The same inputs give the same bytes. */
final class DecisionMaker {

  private static final int ID_LENGTH = 32;

  private final Policy policy;
  private final Limits limits;

  DecisionMaker(Policy policy, Limits limits) {
    this.policy = policy;
    this.limits = limits;
  }

  /** A decision and what its policy remembers of it, or why there is none. */
  sealed interface Result {
    record Made(Decision decision, PolicyTrack track) implements Result {}

    record Withheld(String reason) implements Result {}
  }

  /**
   * Fails closed: a policy that throws, or a factor or learning rate that is not a positive finite
   * number, withholds the whole decision, so the trainer keeps the rates that it has.
   */
  Result decide(Situation situation) {
    try {
      return made(situation);
    } catch (RuntimeException e) {
      // One run's impossible numbers must not stop the other runs of its partition.
      return new Result.Withheld(String.valueOf(e.getMessage()));
    }
  }

  private Result made(Situation at) {
    PolicyAnswer answer =
        policy
            .next(
                at.policy(),
                at.run().layers(),
                at.alphas(),
                new Moment(at.step(), at.epoch(), at.run().totalSteps(), at.holds()),
                at.track())
            .within(limits.factors());
    Map<String, LayerFactor> decays = answer.weightDecayByLayer();
    Map<String, Double> mapped = answer.values(at.policy());
    double base = at.run().schedule().learningRateAt(at.step());
    List<LayerRate> layers = new ArrayList<>();
    for (LayerFactor factor : answer.learningRate().factors()) {
      layers.add(
          rate(
              factor,
              base,
              at.alphas().get(factor.layer()),
              mapped.get(factor.layer()),
              Optional.ofNullable(decays.get(factor.layer()))));
    }
    Decision decision =
        new Decision(
            at.run().run(),
            at.run().incarnation(),
            id(at, base),
            at.revision(),
            at.step(),
            at.epoch(),
            at.policy(),
            base,
            layers,
            at.missing(),
            at.policy().onLearningRate().options().rampSteps(),
            at.policy().onWeightDecay().map(single -> single.options().rampSteps()).orElse(0L),
            at.policyBy(),
            at.hold(),
            at.shadow());
    return new Result.Made(decision, answer.track());
  }

  private LayerRate rate(
      LayerFactor factor,
      double base,
      LayerAlpha known,
      Double mapped,
      Optional<LayerFactor> decay) {
    OptionalDouble alpha = known == null ? OptionalDouble.empty() : known.alpha();
    boolean same = mapped == null || (alpha.isPresent() && alpha.getAsDouble() == mapped);
    return new LayerRate(
        factor.layer(),
        factor.role(),
        factor.factor(),
        factor.factor() * base,
        alpha,
        alpha.isPresent() ? OptionalLong.of(known.step()) : OptionalLong.empty(),
        factor.follows(),
        same ? OptionalDouble.empty() : OptionalDouble.of(mapped),
        decay.map(said -> new LayerRate.WeightDecay(said.role(), said.factor())));
  }

  /** What a decision's id is the hash of; its JSON is the canonical form. */
  private record Inputs(
      String run,
      long incarnation,
      long step,
      int epoch,
      double baseLearningRate,
      long totalSteps,
      List<LayerDescription> layers,
      FactorBounds bounds,
      PolicySpec policy,
      Map<String, LayerAlpha> alphas,
      List<String> missing,
      Optional<Signature> policyBy,
      Optional<Signature> hold,
      boolean blind,
      Optional<String> shadow,
      Optional<PolicyTrack> track) {}

  /** What was decided before is an input only where it can make a difference. */
  private String id(Situation at, double base) {
    boolean remembers = at.holds() || at.policy().remembers();
    Inputs inputs =
        new Inputs(
            at.run().run(),
            at.run().incarnation(),
            at.step(),
            at.epoch(),
            base,
            at.run().totalSteps(),
            at.run().layers(),
            limits.factors(),
            at.policy(),
            at.alphas(),
            at.missing(),
            at.policyBy(),
            at.hold(),
            at.blind(),
            at.shadow(),
            remembers ? Optional.of(at.track()) : Optional.empty());
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
