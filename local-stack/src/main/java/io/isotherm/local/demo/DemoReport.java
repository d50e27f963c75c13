package io.isotherm.local.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.json.Json;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The demonstration as a JSON document.
 *
 * @param settings what was asked for
 * @param every how often weights were published, as on the command line
 * @param run what was trained, in the trainer's own words
 * @param summary what came out
 * @param epochs one entry per epoch
 * @param decisions one entry per decision, in their order
 * @param shadowDecisions one entry per decision of a shadow policy, which was never applied
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record DemoReport(
    DemoSettings settings,
    String every,
    Optional<RunDescription> run,
    DemoSummary summary,
    List<Epoch> epochs,
    List<Entry> decisions,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Entry> shadowDecisions) {

  private static final ObjectWriter WRITER = Json.MAPPER.writerWithDefaultPrettyPrinter();

  /**
   * The end of an epoch.
   *
   * @param epoch epochs completed
   * @param step steps trained
   * @param loss of the newest batch
   * @param accuracy on the test images, 0 to 1
   * @param baseLearningRate of the last step
   * @param factors by layer, those that are not 1
   * @param weightDecayFactors by layer, those that are not 1
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Epoch(
      int epoch,
      long step,
      OptionalDouble loss,
      OptionalDouble accuracy,
      double baseLearningRate,
      Map<String, Double> factors,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> weightDecayFactors) {

    static Epoch of(Progress progress) {
      return new Epoch(
          progress.epoch(),
          progress.step(),
          progress.loss(),
          progress.accuracy(),
          progress.baseLearningRate(),
          progress.factors(),
          progress.weightDecayFactors());
    }
  }

  /**
   * A decision and what became of it.
   *
   * @param shadow the shadow policy that the decision is of; absent in one that counts
   * @param id of the decision
   * @param revision counts the decisions
   * @param step of the snapshot that completed the decision
   * @param epoch of that step
   * @param basedOnStep the step that the trainer was told, the same
   * @param appliedAtStep the first step trained with it; absent if it never was
   * @param stalenessSteps between the two
   * @param baseLearningRate at {@code step}
   * @param missing layers whose outcome did not come in time
   * @param layers alpha, factor and learning rate of each layer
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Entry(
      Optional<String> shadow,
      String id,
      long revision,
      long step,
      int epoch,
      long basedOnStep,
      OptionalLong appliedAtStep,
      OptionalLong stalenessSteps,
      OptionalDouble baseLearningRate,
      List<String> missing,
      List<LayerRate> layers) {

    static Entry of(Decision decision, Optional<AppliedDecision> applied) {
      return new Entry(
          decision.shadow(),
          decision.id(),
          decision.revision(),
          decision.step(),
          decision.epoch(),
          applied.map(AppliedDecision::basedOnStep).orElse(decision.step()),
          applied.stream().mapToLong(AppliedDecision::appliedAtStep).findFirst(),
          applied.stream().mapToLong(AppliedDecision::stalenessSteps).findFirst(),
          decision.baseLearningRate(),
          decision.missing(),
          decision.layers());
    }
  }

  /** The report on what {@code tally} has collected. */
  public static DemoReport of(DemoSettings settings, RunTally tally, DemoSummary summary) {
    Map<String, AppliedDecision> applied =
        tally.applied().stream()
            .collect(Collectors.toMap(AppliedDecision::id, Function.identity()));
    return new DemoReport(
        settings,
        settings.every().toString(),
        tally.description(),
        summary,
        tally.epochs().stream().map(Epoch::of).toList(),
        tally.decisions().stream()
            .map(decision -> Entry.of(decision, Optional.ofNullable(applied.get(decision.id()))))
            .toList(),
        tally.shadowDecisions().stream()
            .map(decision -> Entry.of(decision, Optional.empty()))
            .toList());
  }

  /** The document, for a reader as well as for a program. */
  public byte[] toJson() {
    try {
      return WRITER.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
