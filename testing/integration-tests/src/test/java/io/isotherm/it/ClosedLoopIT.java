package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One short training with everything running, looked at from all sides through Kafka. */
class ClosedLoopIT {

  private static final String RUN = "closed-loop";
  private static final int EPOCHS = 2;
  private static final int EVERY_STEPS = 20;

  /** The service computes in single precision where this much is certain; the promise to users. */
  private static final double ALPHA_TOLERANCE = 1e-4;

  /** Factors are a few operations in double away from alphas. */
  private static final double FACTOR_TOLERANCE = 1e-12;

  private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(2);

  private static LiveStack stack;
  private static JsonNode status;

  private record LayerAtStep(String layer, long step) {}

  @BeforeAll
  static void trainOnce() throws InterruptedException {
    stack = LiveStack.shared();
    stack.trainer().order(RUN, EPOCHS, EVERY_STEPS);
    status = stack.trainer().awaitEnd(RUN);
  }

  @Test
  void theRunFinishesAndSaysSo() {
    assertThat(status.path("state").asText()).isEqualTo("finished");
    assertThat(status.path("accuracy").asDouble()).isGreaterThan(0.3);
    await()
        .atMost(ANSWERED_WITHIN)
        .untilAsserted(
            () ->
                assertThat(newestDescription().phase())
                    .isEqualTo(new RunPhase.Finished(status.path("totalSteps").asLong())));
  }

  @Test
  void everyLayerOfEverySnapshotHasAnOutcome() {
    Set<SnapshotId> published = publishedIds();
    assertThat(published)
        .hasSize(status.path("counters").path("snapshotsPublished").asInt())
        .hasSizeGreaterThan(newestDescription().layers().size());
    await()
        .atMost(ANSWERED_WITHIN)
        .untilAsserted(
            () ->
                assertThat(
                        outcomes().stream().map(LayerOutcome::snapshot).collect(Collectors.toSet()))
                    .containsExactlyInAnyOrderElementsOf(published));
    assertThat(outcomes())
        .allSatisfy(
            outcome ->
                assertThat(outcome.outcome())
                    .isInstanceOfAny(Outcome.Analysed.class, Outcome.Superseded.class));
  }

  @Test
  void alphaEqualsThePlainJavaReferenceOnTheSameWeights() throws MalformedSafetensorsException {
    LayerAnalysis reference = new LayerAnalysis(new ReferenceEigenvalueSolver());
    Map<SnapshotId, ByteBuffer> documents = documents();
    int compared = 0;
    for (LayerOutcome outcome : outcomes()) {
      if (outcome.outcome() instanceof Outcome.Analysed analysed) {
        Outcome expected =
            reference.analyse(
                SafeTensors.read(documents.get(outcome.snapshot())), EstimatorSpec.DEFAULT);
        double alpha = ((Outcome.Analysed) expected).alpha();
        assertThat(analysed.alpha())
            .as("alpha of " + outcome.snapshot())
            .isCloseTo(alpha, within(ALPHA_TOLERANCE * alpha));
        compared++;
      }
    }
    assertThat(compared).isGreaterThanOrEqualTo(newestDescription().layers().size());
  }

  @Test
  void factorsAreTheLinearMapOfTheAlphasThatTheyNameAsSources() {
    List<Decision> decisions = decisions();
    assertThat(decisions).hasSizeGreaterThanOrEqualTo(2);
    Map<LayerAtStep, Double> alphas = new HashMap<>();
    for (LayerOutcome outcome : outcomes()) {
      if (outcome.outcome() instanceof Outcome.Analysed analysed) {
        SnapshotId id = outcome.snapshot();
        alphas.put(new LayerAtStep(id.layer(), id.step()), analysed.alpha());
      }
    }
    RunDescription run = newestDescription();
    for (Decision decision : decisions) {
      Map<String, LayerRate> rates =
          decision.layers().stream().collect(Collectors.toMap(LayerRate::layer, rate -> rate));
      List<LayerDescription> tuned =
          IntStream.range(1, run.layers().size() - 1)
              .mapToObj(run.layers()::get)
              .filter(layer -> layer.eigenvalueCount() >= 50)
              .filter(layer -> rates.get(layer.name()).alpha().isPresent())
              .toList();
      double min = tuned.stream().mapToDouble(l -> alpha(rates, l)).min().orElseThrow();
      double max = tuned.stream().mapToDouble(l -> alpha(rates, l)).max().orElseThrow();
      for (LayerDescription layer : run.layers()) {
        LayerRate rate = rates.get(layer.name());
        double factor =
            tuned.contains(layer) ? 0.5 + (rate.alpha().orElseThrow() - min) / (max - min) : 1;
        assertThat(rate.factor())
            .as("factor of %s in decision %s", layer.name(), decision.id())
            .isCloseTo(factor, within(FACTOR_TOLERANCE));
        assertThat(rate.role() == Role.TUNED)
            .as("role of %s is %s", layer.name(), rate.role())
            .isEqualTo(tuned.contains(layer));
        assertThat(rate.learningRate().orElseThrow())
            .isCloseTo(
                factor * ((BaseSchedule.Formula) run.schedule()).learningRateAt(decision.step()),
                within(FACTOR_TOLERANCE));
        layer
            .normLayers()
            .forEach(norm -> assertThat(rates.get(norm).factor()).isEqualTo(rate.factor()));
        if (rate.alpha().isPresent()) {
          assertThat(alphas)
              .containsEntry(
                  new LayerAtStep(layer.name(), rate.alphaStep().orElseThrow()),
                  rate.alpha().orElseThrow());
        }
      }
    }
  }

  @Test
  void decisionsComeBackIntoTheTrainingThatTheyAreAbout() {
    Map<String, Decision> decisions =
        decisions().stream().collect(Collectors.toMap(Decision::id, decision -> decision));
    List<AppliedDecision> applied =
        stack.topics().messages(Messages.PROGRESS, RUN).stream()
            .flatMap(progress -> progress.applied().stream())
            .toList();
    assertThat(applied).isNotEmpty();
    assertThat(applied)
        .hasSize(status.path("counters").path("decisionsApplied").asInt())
        .allSatisfy(
            one -> {
              assertThat(decisions).containsKey(one.id());
              assertThat(one.basedOnStep()).isEqualTo(decisions.get(one.id()).step());
            });
    assertThat(
            stack.topics().messages(Messages.PROGRESS, RUN).stream()
                .flatMap(progress -> progress.factors().values().stream()))
        .as("factors in force that differ from 1")
        .isNotEmpty();
  }

  /** Not how fast the client is: in a run of seconds its first calls are most of that share. */
  @Test
  void theTrainingThreadWaitsForNoAnswer() {
    assertThat(status.path("stallShare").asDouble())
        .isGreaterThan(0)
        .isLessThan(LiveStack.WAITING_SHARE);
  }

  private static double alpha(Map<String, LayerRate> rates, LayerDescription layer) {
    return rates.get(layer.name()).alpha().orElseThrow();
  }

  private static RunDescription newestDescription() {
    List<RunDescription> all = stack.topics().messages(Messages.RUNS, RUN);
    return all.get(all.size() - 1);
  }

  private static List<LayerOutcome> outcomes() {
    return stack.topics().messages(Messages.SPECTRA, RUN);
  }

  private static List<Decision> decisions() {
    return stack.topics().messages(Messages.LEARNING_RATES, RUN);
  }

  private static Set<SnapshotId> publishedIds() {
    return stack.topics().chunks(RUN).stream().map(SnapshotChunk::id).collect(Collectors.toSet());
  }

  /** Layers of the demonstration's network fit one chunk each. */
  private static Map<SnapshotId, ByteBuffer> documents() {
    Map<SnapshotId, ByteBuffer> documents = new HashMap<>();
    Set<SnapshotId> seen = new HashSet<>();
    for (SnapshotChunk chunk : stack.topics().chunks(RUN)) {
      assertThat(chunk.count()).isEqualTo(1);
      assertThat(seen.add(chunk.id())).as("published once: " + chunk.id()).isTrue();
      documents.put(chunk.id(), ByteBuffer.wrap(chunk.payload()));
    }
    return documents;
  }
}
