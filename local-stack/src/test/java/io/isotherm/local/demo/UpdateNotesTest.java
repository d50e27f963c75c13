package io.isotherm.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicyReader;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of the demo's 10 epochs of 47 steps, where nothing else is said. */
class UpdateNotesTest {

  private static final int EPOCHS = 10;
  private static final long STEPS = 470;

  @ParameterizedTest
  @ValueSource(strings = {"constant", "linear", "sqrt", "log2", "step", "sigmoid", "hybrid"})
  void aPolicyThatUpdatesAtEachEpochNeedsNoNote(String policy) {
    assertThat(notes(Policies.CATALOGUE.named(policy), "1epoch")).isEmpty();
  }

  @Test
  void aPresetWhoseIntervalIsLongerThanTheRunIsNamed() {
    assertThat(notes(PolicySpec.Hybrid.alphaDecay(), "1epoch"))
        .containsExactly(
            "policy alphadecay updates weight decay only once in these 470 steps (weights every"
                + " 1epoch, every 500 steps): take a smaller 'every', such as"
                + " {\"unit\":\"epochs\",\"count\":1}");
    assertThat(notes(PolicySpec.Linear.llr(), "1epoch"))
        .containsExactly(
            "policy llr updates learning rates only once in these 470 steps (weights every 1epoch,"
                + " window from 0.0 to 0.2 of them, every 100 steps): take a smaller 'every', such"
                + " as {\"unit\":\"epochs\",\"count\":1}");
  }

  @Test
  void alphaDecayAtEachEpochNeedsNoNote() throws Exception {
    PolicySpec policy =
        policy(
            """
            {"name": "alphadecay",
             "weightDecay": {"options": {"every": {"unit": "epochs", "count": 1}}}}
            """);

    assertThat(notes(policy, "1epoch")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        // The two ends of an interval: steps 0 and 423, the last at which there are weights.
        "'{\"every\": {\"unit\": \"steps\", \"count\": 423}}' | 1epoch | ",
        "'{\"every\": {\"unit\": \"steps\", \"count\": 424}}' | 1epoch | a smaller 'every', such as"
            + " {\"unit\":\"epochs\",\"count\":1}",
        "'{\"every\": {\"unit\": \"epochs\", \"count\": 9}}'  | 1epoch | ",
        "'{\"every\": {\"unit\": \"epochs\", \"count\": 10}}' | 1epoch | a smaller 'every', such as"
            + " {\"unit\":\"epochs\",\"count\":1}",
        "'{\"every\": {\"unit\": \"epochs\", \"count\": 1}}'  | 48steps | ",
        "'{\"window\": {\"unit\": \"steps\", \"from\": 1, \"until\": 94}}' | 1epoch | a wider"
            + " 'window'",
        "'{\"window\": {\"unit\": \"steps\", \"from\": 1, \"until\": 95}}' | 1epoch | ",
        "'{\"window\": {\"unit\": \"share\", \"from\": 0, \"until\": 0.1},"
            + " \"every\": {\"unit\": \"steps\", \"count\": 500}}' | 1epoch | a wider 'window' and a"
            + " smaller 'every'",
        "'{\"window\": {\"unit\": \"share\", \"from\": 0, \"until\": 0.09},"
            + " \"every\": {\"unit\": \"steps\", \"count\": 400}}' | 10steps | a smaller 'every'",
        "'{}' | 10epochs | a shorter --every",
        "'{}' | 470steps | a shorter --every",
        "'{}' | 469steps | "
      })
  void aNoteSaysWhatToTakeInstead(String options, String published, String advice)
      throws Exception {
    PolicySpec policy = policy("{\"name\": \"sqrt\", \"options\": " + options + "}");

    List<String> notes = notes(policy, published);

    assertThat(notes.stream().map(note -> note.substring(note.indexOf(": take ") + 7)).toList())
        .isEqualTo(Optional.ofNullable(advice).stream().toList());
  }

  @Test
  void aWindowWithoutWeightsIsNever() throws Exception {
    PolicySpec policy =
        policy(
            """
            {"name": "linear", "options": {"window": {"unit": "steps", "from": 1, "until": 40}}}
            """);

    assertThat(notes(policy, "1epoch"))
        .containsExactly(
            "policy linear never updates learning rates in these 470 steps (weights every 1epoch,"
                + " window from step 1 to 40): take a wider 'window'");
  }

  @Test
  void aShadowIsNamedAndThePolicyThatActsIsNot() {
    // Given
    RunDescription run =
        run(
            PolicySpec.DEFAULT,
            Map.of("a", PolicySpec.Sqrt.tempBalance(), "b", PolicySpec.Linear.llr()));

    // When
    List<String> notes = UpdateNotes.of(run, EPOCHS, Every.parse("1epoch"));

    // Then
    assertThat(notes)
        .singleElement()
        .asString()
        .startsWith("shadow b (llr) updates learning rates only once in these 470 steps ");
  }

  @Test
  void theScreenShowsANoteOnceAndBeforeTheFirstEpoch() {
    // Given
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false, false, 80);
    RunTally tally = new RunTally("demo");
    tally.add(run(PolicySpec.Hybrid.alphaDecay(), Map.of()));
    DemoSettings settings =
        new DemoSettings("demo", EPOCHS, 1, PolicySpec.Hybrid.alphaDecay(), Every.parse("1epoch"));

    // When
    try (DemoScreen screen = new DemoScreen(terminal, tally, settings)) {
      screen.update();
      screen.update();
    }

    // Then
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .filteredOn(line -> line.contains("only once in these 470 steps"))
        .hasSize(1);
  }

  private static List<String> notes(PolicySpec policy, String published) {
    return UpdateNotes.of(run(policy, Map.of()), EPOCHS, Every.parse(published));
  }

  private static PolicySpec policy(String json) throws Exception {
    return PolicyReader.read(Json.MAPPER.readTree(json));
  }

  private static RunDescription run(PolicySpec policy, Map<String, PolicySpec> shadows) {
    return new RunDescription(
        "demo",
        1,
        "",
        List.of(
            new LayerDescription(
                "a", LayerKind.DENSE, List.of(64L, 64L), Optional.empty(), OptionalInt.empty())),
        new BaseSchedule.Constant(0.1),
        policy,
        EstimatorSpec.DEFAULT,
        STEPS,
        RunPhase.RUNNING,
        new TreeMap<>(shadows));
  }
}
