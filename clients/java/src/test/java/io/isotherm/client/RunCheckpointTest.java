package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RunCheckpointTest {

  private static final String JSON =
      "{\"run\":\"a\",\"incarnation\":7,\"rates\":{\"decisionId\":\"d\",\"revision\":2,"
          + "\"basedOnStep\":50,\"factors\":{\"conv\":0.5,\"dense\":1.5}}}";

  @Test
  void theJsonIsPinned() {
    RunCheckpoint checkpoint =
        new RunCheckpoint("a", 7, new Rates("d", 2, 50, Map.of("dense", 1.5, "conv", 0.5)));

    assertThat(checkpoint.toJson()).isEqualTo(JSON);
    assertThat(RunCheckpoint.fromJson(JSON)).isEqualTo(checkpoint);
  }

  @Test
  void aRampIsKeptWithWhatIsDoneOfIt() {
    Targets targets =
        new Targets("e", 3, 60, Map.of("dense", 3.5, "conv", 0.5), 4, Map.of("dense", 2.0), 0);
    RunCheckpoint checkpoint =
        new RunCheckpoint(
            "a", 7, new Rates("d", 2, 50, Map.of("dense", 1.5)).towards(targets).next());

    assertThat(checkpoint.toJson())
        .isEqualTo(
            "{\"run\":\"a\",\"incarnation\":7,\"rates\":{\"decisionId\":\"e\",\"revision\":3,"
                + "\"basedOnStep\":60,\"factors\":{\"conv\":0.875,\"dense\":2.0},"
                + "\"weightDecayFactors\":{\"dense\":2.0},"
                + "\"ramp\":{\"from\":{\"dense\":1.5},\"to\":{\"conv\":0.5,\"dense\":3.5},"
                + "\"steps\":4,\"done\":1}}}");
    assertThat(RunCheckpoint.fromJson(checkpoint.toJson())).isEqualTo(checkpoint);
  }

  @Test
  void aRampThatIsNoneIsRefused() {
    String ramp =
        JSON.replace("}}}", "},\"ramp\":{\"from\":{},\"to\":{},\"steps\":4,\"done\":1}}}");
    RunCheckpoint.fromJson(ramp);

    for (String bad :
        new String[] {
          ramp.replace("\"done\":1", "\"done\":5"),
          ramp.replace("\"done\":1", "\"done\":-1"),
          ramp.replace("\"from\":{}", "\"from\":{\"conv\":0}"),
          ramp.replace("\"to\":{},", "")
        }) {
      assertThatIllegalArgumentException()
          .as(bad)
          .isThrownBy(() -> RunCheckpoint.fromJson(bad))
          .withMessageStartingWith("not the checkpoint of a run: ");
    }
  }

  @Test
  void aCheckpointBeforeTheFirstDecisionComesBack() {
    RunCheckpoint checkpoint = new RunCheckpoint("a", 7, Rates.NONE);

    assertThat(RunCheckpoint.fromJson(checkpoint.toJson())).isEqualTo(checkpoint);
  }

  @Test
  void whatIsNoCheckpointIsRefusedInOneLine() {
    for (String bad :
        new String[] {
          "", "null", "[1,\n2]", "{}", JSON.replace("7", "0"), JSON.replace("0.5", "-1"), JSON + "x"
        }) {
      assertThatIllegalArgumentException()
          .as(bad)
          .isThrownBy(() -> RunCheckpoint.fromJson(bad))
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
  }

  @Test
  void aLayerWithoutAFactorHasOne() {
    assertThat(Rates.NONE.factor("any")).isEqualTo(1.0);
    assertThat(new Rates("d", 1, 0, Map.of("conv", 0.5)).factor("conv")).isEqualTo(0.5);
  }

  @Test
  void theNextIncarnationIsLarger() {
    long now = System.currentTimeMillis();

    assertThat(Incarnations.next(0)).isBetween(now, now + 60_000);
    assertThat(Incarnations.next(now + 1_000_000)).isEqualTo(now + 1_000_001);
  }
}
