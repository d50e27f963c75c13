package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.local.stack.Service;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Processes are killed while a network trains. */
class FaultsIT {

  private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(3);

  @Test
  void everyLayerIsAnsweredAlthoughTheSpectralServiceIsKilledInTheMiddle()
      throws InterruptedException {
    LiveStack stack = LiveStack.shared();
    String run = "killed-spectral-service";
    stack.trainer().order(run, 2, 4);
    stack.trainer().awaitStatus(run, status -> status.path("step").asLong() >= 10);
    await()
        .atMost(ANSWERED_WITHIN)
        .until(() -> !stack.topics().messages(Messages.SPECTRA, run).isEmpty());

    stack.kill(Service.SPECTRAL);
    long killedAt = stack.trainer().status(run).path("step").asLong();
    stack.trainer().awaitStatus(run, status -> status.path("step").asLong() >= killedAt + 8);
    stack.start(Service.SPECTRAL);

    JsonNode end = stack.trainer().awaitEnd(run);
    assertThat(end.path("state").asText()).isEqualTo("finished");
    Set<SnapshotId> published =
        stack.topics().chunks(run).stream().map(SnapshotChunk::id).collect(Collectors.toSet());
    assertThat(published).anyMatch(id -> id.step() > killedAt);
    await()
        .atMost(ANSWERED_WITHIN)
        .untilAsserted(
            () ->
                assertThat(
                        stack.topics().messages(Messages.SPECTRA, run).stream()
                            .map(LayerOutcome::snapshot)
                            .collect(Collectors.toSet()))
                    .containsExactlyInAnyOrderElementsOf(published));
    assertThat(stack.topics().messages(Messages.SPECTRA, run))
        .as("outcomes, one for each layer")
        .doesNotHaveDuplicates()
        .hasSameSizeAs(published);
  }

  @Test
  void decisionsGoOnWhereTheyStoodWhenTheSchedulerIsKilledInTheMiddle()
      throws InterruptedException {
    LiveStack stack = LiveStack.shared();
    String run = "killed-scheduler";
    stack.trainer().order(run, 2, 8);
    await()
        .atMost(ANSWERED_WITHIN)
        .until(() -> !stack.topics().messages(Messages.LEARNING_RATES, run).isEmpty());

    stack.kill(Service.SCHEDULER);
    stack.start(Service.SCHEDULER);

    stack.trainer().awaitEnd(run);
    stack.awaitReady(Service.SCHEDULER);
    long lastStep =
        stack.topics().chunks(run).stream().mapToLong(chunk -> chunk.id().step()).max().orElse(-1);
    await()
        .atMost(ANSWERED_WITHIN)
        .untilAsserted(
            () -> {
              var decisions = stack.topics().messages(Messages.LEARNING_RATES, run);
              assertThat(decisions)
                  .extracting(decision -> decision.revision())
                  .isEqualTo(
                      java.util.stream.LongStream.rangeClosed(1, decisions.size())
                          .boxed()
                          .toList());
              assertThat(decisions).extracting(decision -> decision.step()).isSorted();
              assertThat(decisions.get(decisions.size() - 1).step()).isLessThanOrEqualTo(lastStep);
            });
    assertThat(stack.topics().messages(Messages.LEARNING_RATES, run)).hasSizeGreaterThan(1);
  }

  @Test
  void trainingGoesOnWhileTheBrokerIsDownAndItsEndIsToldWhenTheBrokerIsBack()
      throws InterruptedException {
    LiveStack stack = LiveStack.shared();
    String run = "killed-broker";
    stack.trainer().order(run, 3, 10);
    stack.trainer().awaitStatus(run, status -> status.path("step").asLong() >= 10);

    stack.killBroker();
    long killedAt = stack.trainer().status(run).path("step").asLong();
    JsonNode withoutBroker =
        stack.trainer().awaitStatus(run, status -> status.path("step").asLong() >= killedAt + 20);
    assertThat(withoutBroker.path("state").asText()).isEqualTo("training");
    stack.startBroker();

    JsonNode end = stack.trainer().awaitEnd(run);
    assertThat(end.path("state").asText()).isEqualTo("finished");
    assertThat(end.path("stallShare").asDouble()).isLessThan(LiveStack.WAITING_SHARE);
    await()
        .atMost(ANSWERED_WITHIN)
        .untilAsserted(
            () -> {
              List<RunDescription> told = stack.topics().messages(Messages.RUNS, run);
              assertThat(told.get(told.size() - 1).phase()).isInstanceOf(RunPhase.Finished.class);
            });
    for (Service service : Service.values()) {
      stack.awaitReady(service);
    }
  }
}
