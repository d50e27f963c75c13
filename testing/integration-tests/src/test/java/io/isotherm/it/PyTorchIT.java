package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.it.PythonProgram.Result;
import io.isotherm.testkit.TopicReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples for PyTorch as their readers run them, beside a broker and all services. */
class PyTorchIT {

  private static final int STEPS = 60;

  @TempDir Path folder;

  private static LiveStack stack;

  @BeforeAll
  static void start() throws InterruptedException {
    PythonProgram.assumePresent();
    stack = LiveStack.shared();
  }

  @Test
  void imageClassifierInPlainLoopIsBalanced() throws Exception {
    assertThatRunIsBalanced(List.of("python"), "image_classifier.py");
  }

  @Test
  void languageModelInTheTrainerOfTransformersIsBalanced() throws Exception {
    assertThatRunIsBalanced(List.of("python"), "gpt_huggingface.py");
  }

  @Test
  void languageModelInLightningIsBalanced() throws Exception {
    assertThatRunIsBalanced(List.of("python"), "gpt_lightning.py");
  }

  @Test
  void languageModelShardedOverTwoProcessesIsBalanced() throws Exception {
    assertThatRunIsBalanced(
        List.of("torchrun", "--standalone", "--nproc-per-node", "2"), "gpt_fsdp2.py");
  }

  @Test
  void alphasAndFactorsAgreeWithNumpyAndThoseOfShardsWithWholeWeights() throws Exception {
    Result result =
        PythonProgram.run(
            folder,
            Map.of("ISOTHERM_TEST_SERVERS", stack.bootstrapServers()),
            List.of(
                "python",
                "-m",
                "pytest",
                "-p",
                "no:cacheprovider",
                PythonProgram.file("clients/python/tests/test_agreement.py")));

    assertThat(result.status()).as(result.output()).isZero();
    assertThat(result.output()).contains(" passed").doesNotContain("skipped");
  }

  @Test
  void trainersAreToldOnceWhatTheServicesRefuse() throws Exception {
    String run = "refused-" + System.nanoTime();

    Result result =
        PythonProgram.run(
            folder,
            Map.of("ISOTHERM_BOOTSTRAP_SERVERS", stack.bootstrapServers()),
            List.of(
                "python",
                PythonProgram.file("testing/integration-tests/src/test/python/refused.py"),
                run));

    assertThat(result.status()).as(result.output()).isZero();
    assertThat(toldTo(result, "totalSteps of run '%s-wrong' must be".formatted(run)))
        .as(result.output())
        .hasSize(1);
    // Two trainers at once under one name: either may have come first, and both shall know.
    assertThat(toldTo(result, "is described already, with other layers or another estimator"))
        .as(result.output())
        .hasSize(2)
        .doesNotHaveDuplicates();
  }

  /** Which clients have warned with a sentence, once for each time. */
  private static List<String> toldTo(Result result, String sentence) {
    return result
        .output()
        .lines()
        .filter(line -> line.contains("refused by Isotherm, training goes on"))
        .filter(line -> line.contains(sentence) && line.contains("(says the scheduler service)"))
        .map(line -> line.replaceFirst(" .*", ""))
        .toList();
  }

  private void assertThatRunIsBalanced(List<String> launcher, String example) throws Exception {
    String run = example.replaceFirst("\\.py$", "") + "-" + System.nanoTime();
    List<String> command = new ArrayList<>(launcher);
    command.add(PythonProgram.file("testing/integration-tests/src/test/python/unhurried.py"));
    command.add(PythonProgram.file("examples/" + example));
    command.addAll(List.of("--steps", Integer.toString(STEPS), "--name", run));

    Result result =
        PythonProgram.run(
            folder, Map.of("ISOTHERM_BOOTSTRAP_SERVERS", stack.bootstrapServers()), command);

    assertThat(result.status()).as(result.output()).isZero();
    TopicReader topics = stack.topics();
    List<RunDescription> descriptions = topics.messages(Messages.RUNS, run);
    assertThat(descriptions.get(descriptions.size() - 1).phase())
        .isEqualTo(new RunPhase.Finished(STEPS));
    assertThat(analysed(topics, run))
        .containsExactlyInAnyOrderElementsOf(
            descriptions.get(0).layers().stream().map(LayerDescription::name).toList());
    assertThatDecisionsWereApplied(topics, run);
  }

  private static Set<String> analysed(TopicReader topics, String run) {
    return topics.messages(Messages.SPECTRA, run).stream()
        .filter(outcome -> outcome.outcome() instanceof Outcome.Analysed)
        .map(LayerOutcome::snapshot)
        .map(snapshot -> snapshot.layer())
        .collect(Collectors.toSet());
  }

  private static void assertThatDecisionsWereApplied(TopicReader topics, String run) {
    Set<String> decided =
        topics.messages(Messages.LEARNING_RATES, run).stream()
            .map(Decision::id)
            .collect(Collectors.toSet());
    List<Progress> progress = topics.messages(Messages.PROGRESS, run);
    assertThat(progress)
        .flatExtracting(Progress::applied)
        .extracting(AppliedDecision::id)
        .isNotEmpty()
        .isSubsetOf(decided);
    Progress last = progress.get(progress.size() - 1);
    assertThat(last.step()).isEqualTo(STEPS);
    assertThat(last.counters().decisionsApplied()).isPositive();
    assertThat(last.counters().snapshotsPublished()).isPositive();
    assertThat(last.counters().stallNanos()).isPositive();
    assertThat(last.counters().trainingNanos()).isGreaterThan(last.counters().stallNanos());
    assertThat(progress).anySatisfy(one -> assertThat(one.factors()).isNotEmpty());
  }
}
