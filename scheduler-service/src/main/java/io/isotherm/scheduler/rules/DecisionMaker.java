package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.checks.OneLine;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.spectra.policy.DecisionTime;
import io.isotherm.spectra.policy.LayerFactor;
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
import java.util.SortedMap;

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
  Result decide(DecisionInput input) {
    try {
      return made(input);
    } catch (RuntimeException e) {
      // One run's impossible numbers must not stop the other runs of its partition.
      return new Result.Withheld(OneLine.of(String.valueOf(e.getMessage())));
    }
  }

  private Result made(DecisionInput at) {
    RunDescription run = at.run();
    DueStep due = at.due();
    PolicySpec spec = at.policy().policy();
    PolicyAnswer answer =
        policy
            .next(
                spec,
                run.layers(),
                at.alphas(),
                new DecisionTime(
                    due.step(), due.epoch(), run.totalSteps(), at.policy().hold().isPresent()),
                at.policy().track())
            .within(limits.factors());
    Map<String, LayerFactor> decays = answer.weightDecayByLayer();
    Map<String, Double> mapped = answer.values(spec);
    OptionalDouble formula = formulaRate(at);
    OptionalDouble base = formula.isPresent() ? formula : at.toldRate();
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
            run.run(),
            run.incarnation(),
            id(at, formula),
            due.revision(),
            due.step(),
            due.epoch(),
            spec,
            base,
            layers,
            due.missing(),
            spec.onLearningRate().options().rampSteps(),
            spec.onWeightDecay().map(single -> single.options().rampSteps()).orElse(0L),
            at.policy().by(),
            at.policy().hold(),
            at.policy().shadow());
    return new Result.Made(decision, answer.track());
  }

  /** The base rate as far as the description tells it; empty with a schedule of the trainer's. */
  private static OptionalDouble formulaRate(DecisionInput at) {
    return at.run().schedule() instanceof BaseSchedule.Formula formula
        ? OptionalDouble.of(formula.learningRateAt(at.due().step()))
        : OptionalDouble.empty();
  }

  private LayerRate rate(
      LayerFactor factor,
      OptionalDouble base,
      LayerAlpha known,
      Double mapped,
      Optional<LayerFactor> decay) {
    OptionalDouble alpha = known == null ? OptionalDouble.empty() : known.alpha();
    boolean same = mapped == null || (alpha.isPresent() && alpha.getAsDouble() == mapped);
    return new LayerRate(
        factor.layer(),
        factor.role(),
        factor.factor(),
        base.isPresent()
            ? OptionalDouble.of(factor.factor() * base.getAsDouble())
            : OptionalDouble.empty(),
        alpha,
        alpha.isPresent() ? OptionalLong.of(known.step()) : OptionalLong.empty(),
        factor.follows(),
        same ? OptionalDouble.empty() : OptionalDouble.of(mapped),
        decay.map(said -> new LayerRate.WeightDecay(said.role(), said.factor())));
  }

  /** What a decision's id is the hash of; its JSON is the canonical form. */
  private record Inputs(
      NamedRun run,
      NamedStep at,
      PolicyInForce policy,
      SortedMap<String, LayerAlpha> alphas,
      FactorBounds bounds) {}

  private record NamedRun(
      String run, long incarnation, long totalSteps, List<LayerDescription> layers) {}

  private record NamedStep(
      long step, int epoch, OptionalDouble baseLearningRate, List<String> missing) {}

  /**
   * What was decided before is an input only where it can make a difference, and a rate that the
   * trainer has told is none: it is only shown, and a scheduler that takes over may not know it.
   */
  private String id(DecisionInput at, OptionalDouble base) {
    RunDescription run = at.run();
    DueStep due = at.due();
    Inputs inputs =
        new Inputs(
            new NamedRun(run.run(), run.incarnation(), run.totalSteps(), run.layers()),
            new NamedStep(due.step(), due.epoch(), base, due.missing()),
            at.policy().withoutIdlePast(),
            at.alphas(),
            limits.factors());
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
