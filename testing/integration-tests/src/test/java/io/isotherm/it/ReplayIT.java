package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.it.IsothermCommand.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other policies over a run that is still going. */
class ReplayIT {

  private static final String RUN = "replayed";
  private static final Duration DECIDED_WITHIN = Duration.ofMinutes(3);

  @TempDir Path directory;

  private static LiveStack stack;

  @BeforeAll
  static void trainUntilThreeDecisionsAreMade() throws InterruptedException {
    stack = LiveStack.shared();
    stack.trainer().order(RUN, 3, 5);
    await()
        .atMost(DECIDED_WITHIN)
        .until(() -> stack.topics().messages(Messages.LEARNING_RATES, RUN).size() >= 3);
  }

  @Test
  void policyThatWasInForceWouldHaveSetWhatWasSet() throws Exception {
    // When
    List<JsonNode> layers = replayed("--policy", "linear", "--versus", "sqrt");

    // Then
    assertThat(layers).hasSizeGreaterThanOrEqualTo(3 * 16);
    int decided = 0;
    int different = 0;
    for (JsonNode layer : layers) {
      if (layer.path("set").isNumber()) {
        decided++;
        assertThat(layer.path("factor").doubleValue())
            .as(layer.toString())
            .isEqualTo(layer.path("set").doubleValue());
      }
      if (layer.path("versus").doubleValue() != layer.path("factor").doubleValue()) {
        different++;
      }
    }
    assertThat(decided).isGreaterThanOrEqualTo(3 * 16);
    assertThat(different).isPositive();
  }

  @Test
  void otherRangeGivesOtherFactorsWithinIt() throws Exception {
    // When
    List<JsonNode> layers = replayed("--policy", "linear", "--s1", "0.6", "--s2", "1.4");

    // Then
    assertThat(layers)
        .extracting(layer -> layer.path("factor").doubleValue())
        .allSatisfy(factor -> assertThat(factor).isBetween(0.6, 1.4))
        .contains(0.6, 1.4);
  }

  @Test
  void replayLeavesNothingOnTheBroker() throws Exception {
    // Given
    stack.trainer().awaitEnd(RUN);
    int before = stack.topics().messages(Messages.LEARNING_RATES, RUN).size();

    // When
    replayed("--policy", "step", "--to-epoch", "0");

    // Then
    assertThat(stack.topics().messages(Messages.LEARNING_RATES, RUN)).hasSize(before);
  }

  @Test
  void unknownRunIsOneLineThatNamesThoseThatAreThere() throws Exception {
    // When
    Result result =
        IsothermCommand.run(
            directory,
            "replay",
            "--run",
            "nobody",
            "--policy",
            "linear",
            "--bootstrap-servers",
            stack.bootstrapServers());

    // Then
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.output().strip())
        .startsWith("isotherm replay: no run 'nobody' is recorded here; there is ")
        .contains(RUN)
        .hasLineCount(1);
  }

  private List<JsonNode> replayed(String... options) throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "replay", "--run", RUN, "--json", "--bootstrap-servers", stack.bootstrapServers()));
    arguments.addAll(List.of(options));
    Result result = IsothermCommand.run(directory, arguments.toArray(String[]::new));
    assertThat(result.status()).as(result.output()).isZero();
    List<JsonNode> layers = new ArrayList<>();
    for (String line : result.output().lines().toList()) {
      layers.add(new ObjectMapper().readTree(line));
    }
    return layers;
  }
}
