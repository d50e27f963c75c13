package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.INCARNATION;
import static io.isotherm.scheduler.Samples.analysed;
import static io.isotherm.scheduler.Samples.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.scheduler.rules.Arrival;
import io.isotherm.scheduler.rules.Controls;
import io.isotherm.scheduler.rules.Event;
import io.isotherm.scheduler.rules.LayerAlpha;
import io.isotherm.scheduler.rules.LayerFinding;
import io.isotherm.scheduler.rules.Limits;
import io.isotherm.scheduler.rules.Liveness;
import io.isotherm.scheduler.rules.PolicyTracks;
import io.isotherm.scheduler.rules.RunRules;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Steps;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.isotherm.spectra.policy.PolicyMemory;
import io.isotherm.spectra.policy.PolicyTrack;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredRunTest {

  private static final String CHANGELOG = "isotherm-scheduler-runs-changelog";
  private static final String GOLDEN = "/golden/run-state-v2.json";

  /** {@code max.request.size} of the service, which is compared with the bare size. */
  private static final int MAX_REQUEST_BYTES =
      Integer.parseInt(ServiceProperties.streams().get("producer.max.request.size"));

  /**
   * Brokers' default {@code message.max.bytes}, compared with the compressed size, and a margin.
   */
  private static final int BROKER_LIMIT_BYTES = 900_000;

  private final Serde<StoredRun> serde = new JsonSerde<>(StoredRun.class, "a run's state");

  @Test
  void stateIsWrittenAsItAlwaysWas() throws IOException {
    assertThat(new String(serde.serializer().serialize(CHANGELOG, StoredRun.of(state())), UTF_8))
        .isEqualTo(golden());
  }

  @Test
  void stateIsReadAsItWasWritten() throws IOException {
    assertThat(read(golden())).isEqualTo(state().withoutLayers());
  }

  /** They knew one norm layer for each layer. */
  @Test
  void stateOfTheFirstWritersOfThisVersionIsRead() throws IOException {
    assertThat(read(golden("/golden/run-state-v2-first.json"))).isEqualTo(state().withoutLayers());
  }

  /**
   * The first writers named neither the estimator's fit nor its filter, the second neither numbers
   * beside alpha nor what policies remember.
   */
  @ParameterizedTest
  @ValueSource(strings = {"/golden/run-state-v1-first.json", "/golden/run-state-v1-second.json"})
  void stateOfAnyReleaseOfThisVersionIsRead(String file) throws IOException {
    RunState read = read(golden(file));

    RunState state = state();
    SortedMap<String, LayerAlpha> alphas = new TreeMap<>(state.alphas());
    alphas.replaceAll((layer, known) -> new LayerAlpha(known.step(), known.alpha()));
    assertThat(read.description()).isEqualTo(state.description());
    assertThat(read.alphas()).isEqualTo(alphas);
    assertThat(read.steps().open()).containsOnlyKeys(200L);
    assertThat(read.steps().open().get(200L).findings())
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "conv1", new LayerFinding.Measured(2.75), "fc", new LayerFinding.Unchanged())));
    assertThat(read.waiting())
        .extracting(Arrival::finding)
        .containsExactly(new LayerFinding.Measured(4.5));
    assertThat(read.steps().last()).isEqualTo(state.steps().last());
    assertThat(read.tracks()).isEqualTo(PolicyTracks.NONE);
    assertThat(read.policy()).isEqualTo(Samples.POLICY);
  }

  /**
   * The third writers left out the numbers that no policy of the run needed, and said since when.
   */
  @Test
  void stateWithoutTheNumbersThatNobodyNeededIsRead() throws IOException {
    String json = golden("/golden/run-state-v1.json");
    String noting = json.replace("\"track\":", "\"keptFrom\":{\"stableRank\":201},\"track\":");

    RunState read = read(noting);

    assertThat(noting).isNotEqualTo(json);
    assertThat(read).isEqualTo(read(json));
    assertThat(read.alphas().get("conv1").numbers()).containsOnlyKeys("eigenvalueCount");
    assertThat(read.tracks()).isEqualTo(state().tracks());
  }

  @Test
  void stateOfAnotherVersionIsRefusedInOneLine() throws IOException {
    String newer = golden().replace("{\"version\":2,\"state", "{\"version\":3,\"state");

    assertThatThrownBy(() -> read(newer))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("version of a run's state must be 1 or 2, got: 3")
        .hasMessageContaining(CHANGELOG);
  }

  @Test
  void deletedStateStaysDeleted() {
    assertThat(serde.serializer().serialize(CHANGELOG, null)).isNull();
    assertThat(serde.deserializer().deserialize(CHANGELOG, null)).isNull();
  }

  @Test
  void largestStateOfTwoThousandLayersFitsIntoABrokersDefaultLimit() {
    byte[] json = largestState(2_000);

    assertThat(json.length).isLessThan(MAX_REQUEST_BYTES);
    assertThat(Zstd.compress(json).length).isLessThan(BROKER_LIMIT_BYTES);
  }

  @Test
  void largestStateFitsIntoOneRecordOfTheChangelog() {
    byte[] json = largestState(RunDescription.MAX_LAYERS);

    assertThat(json.length).isLessThan(MAX_REQUEST_BYTES);
    assertThat(Zstd.compress(json).length).isLessThan(Topic.MAX_MESSAGE_BYTES);
  }

  /** Layers are not in it: what is known of each is a record of its own. */
  private byte[] largestState(int layerCount) {
    Random random = new Random(7);
    List<LayerDescription> layers =
        IntStream.range(0, layerCount)
            .mapToObj(
                i ->
                    new LayerDescription(
                        "model.layers.%d.mlp.experts.%d.up_proj.weight".formatted(i / 64, i % 64),
                        LayerKind.DENSE,
                        List.of(4096L, 14336L),
                        Optional.of("model.layers.%d.norm.%d.weight".formatted(i / 64, i % 64)),
                        OptionalInt.of(i / 64)))
            .toList();
    RunDescription run = Samples.run("r");
    SortedMap<String, LayerAlpha> alphas = new TreeMap<>();
    for (LayerDescription layer : layers) {
      alphas.put(
          layer.name(), new LayerAlpha(100_000, OptionalDouble.of(4 + random.nextGaussian())));
    }
    SortedMap<String, PolicySpec> shadows = new TreeMap<>();
    SortedMap<String, PolicyTrack> tracks = new TreeMap<>();
    for (int i = 0; i < RunDescription.MAX_REMEMBERED / layers.size() / 2; i++) {
      shadows.put("shadow-" + i, PolicySpec.Hybrid.alphaDecay());
      tracks.put("shadow-" + i, track(layers, random));
    }
    RunState state =
        new RunState(
            Optional.of(
                new RunDescription(
                    run.run(),
                    run.incarnation(),
                    run.title(),
                    layers,
                    run.schedule(),
                    run.policy(),
                    run.estimator(),
                    run.totalSteps(),
                    run.phase(),
                    shadows)),
            new Steps(Collections.emptySortedMap(), 100_000, Optional.empty()),
            alphas,
            List.of(),
            Controls.NONE,
            new PolicyTracks(track(layers, random), tracks),
            Liveness.NONE,
            Collections.emptySortedMap());

    return serde.serializer().serialize(CHANGELOG, StoredRun.of(state));
  }

  private static PolicyTrack track(List<LayerDescription> layers, Random random) {
    return new PolicyTrack(memory(layers, random), memory(layers, random));
  }

  private static PolicyMemory memory(List<LayerDescription> layers, Random random) {
    SortedMap<String, PolicyMemory.Smoothed> smoothed = new TreeMap<>();
    SortedMap<String, Double> factors = new TreeMap<>();
    for (LayerDescription layer : layers) {
      smoothed.put(layer.name(), new PolicyMemory.Smoothed(100_000, 4 + random.nextGaussian()));
      factors.put(layer.name(), 0.5 + random.nextDouble());
    }
    return new PolicyMemory(smoothed, factors, Optional.of(new PolicyMemory.Update(100_000, 12)));
  }

  /** A state with something in every field: decided through 100, 200 open, 1001 waiting. */
  private static RunState state() {
    RunRules rules = new RunRules(PolicyAnswer::next, new Limits(16, 1024, 0.01, 100));
    List<LayerOutcome> outcomes =
        List.of(
            analysed("r", 100, "conv1", 2.5),
            analysed("r", 100, "conv2", 3.25),
            outcome("r", INCARNATION, 100, "fc", new Outcome.Skipped("all weights are 0")),
            analysed("r", 200, "conv1", 2.75),
            outcome("r", INCARNATION, 200, "fc", new Outcome.Failed("out of memory")),
            outcome("r", INCARNATION + 1, 0, "fc", Samples.alpha(4.5)));
    RunState state =
        rules
            .apply(RunState.EMPTY, new Event.Described(Samples.run("r")), OptionalDouble.empty(), 1)
            .state();
    for (LayerOutcome outcome : outcomes) {
      state =
          rules
              .apply(state, new Event.Arrived(Arrival.of(outcome)), OptionalDouble.empty(), 2)
              .state();
    }
    return state;
  }

  private RunState read(String json) {
    return serde.deserializer().deserialize(CHANGELOG, json.getBytes(UTF_8)).state();
  }

  private static String golden() throws IOException {
    return golden(GOLDEN);
  }

  private static String golden(String file) throws IOException {
    try (InputStream in = StoredRunTest.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), UTF_8).strip();
    }
  }
}
