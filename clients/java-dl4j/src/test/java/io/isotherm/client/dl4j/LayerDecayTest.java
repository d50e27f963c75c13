package io.isotherm.client.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.client.ClientConfig;
import io.isotherm.client.Rates;
import io.isotherm.client.TrainingRun;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.testkit.TestKafka;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

class LayerDecayTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @ParameterizedTest
  @EnumSource
  void aFactorChangesTheDecayOfTheVeryNextUpdateAndNothingElse(ByHand.Decay kind) {
    // Given
    String run = "decay-" + kind;
    ComputationGraph graph = scheduled(kind, run);
    Map<String, Double> rates = Map.of("block.conv", 0.5, "dense", 1.5);
    Map<String, Double> decays = new TreeMap<>();
    ByHand byHand = new ByHand(graph, kind, () -> new ByHand.InForce(rates, decays));
    graph.setListeners(byHand);

    // When: factors that are large enough to be seen, before the steps 2 and 5
    for (int step = 0; step < 8; step++) {
      if (step == 2) {
        decays.putAll(Map.of("stem.conv", 80.0, "dense", 0.1));
      }
      if (step == 5) {
        decays.clear();
        decays.putAll(Map.of("block.conv", 50.0, "head", 30.0));
      }
      LiveRates.of(run).latch(new Rates("decision", 1, 0, rates, decays));
      graph.fit(Graphs.batch(DataType.DOUBLE, step));

      // Then
      byHand.assertSame();
    }
  }

  @Test
  void aDecisionFromKafkaIsApproachedStepByStepInWeightDecayAndLearningRate() throws Exception {
    // Given
    String name = "decay-from-kafka";
    ComputationGraph graph = scheduled(ByHand.Decay.L2, name);
    RunDescription description = Graphs.description(graph, name, 1);
    String broker = TestKafka.broker().bootstrapServers();
    Map<String, Double> rates = Map.of("stem.conv", 0.5, "dense", 1.5);
    Map<String, Double> decays = Map.of("block.conv", 90.0, "dense", 0.1, "head", 60.0);
    try (TrainingRun run =
            TrainingRun.start(ClientConfig.of(broker).withBufferBytes(1 << 20), description);
        KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", broker),
                new StringSerializer(),
                new ByteArraySerializer())) {
      Balancing balancing = Balancing.attach(graph, run, new SnapshotInterval.Epochs(1));
      List<Integer> steps = new ArrayList<>();
      ByHand byHand =
          new ByHand(
              graph,
              ByHand.Decay.L2,
              () -> {
                if (run.rates().revision() == 1) {
                  steps.add(graph.getIterationCount());
                }
                return new ByHand.InForce(
                    onTheWay(rates, steps.size() / 4.0), onTheWay(decays, steps.size() / 2.0));
              });
      graph.addListeners(byHand);

      // When
      WireRecord wire = Messages.LEARNING_RATES.encode(decision(description, rates, decays));
      ProducerRecord<String, byte[]> record = KafkaRecords.toSend(wire);
      producer.send(record).get(30, TimeUnit.SECONDS);
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .pollInSameThread()
          .until(
              () -> {
                graph.fit(Graphs.batch(DataType.DOUBLE, graph.getIterationCount()));
                // Then
                byHand.assertSame();
                return steps.size() == 6;
              });
      balancing.close();
      run.finish(graph.getIterationCount());
    }
  }

  private static Map<String, Double> onTheWay(Map<String, Double> to, double way) {
    Map<String, Double> now = new TreeMap<>();
    to.forEach((layer, factor) -> now.put(layer, 1 + (factor - 1) * Math.min(1, way)));
    return now;
  }

  @Test
  void aSavedAndRestoredNetworkFollowsItsRun() throws IOException {
    // Given
    ComputationGraph graph = scheduled(ByHand.Decay.AFTER_TIMES_RATE, "decay-restored");
    graph.fit(Graphs.batch(DataType.DOUBLE, 0));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, true);

    // When
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    ComputationGraph cloned = graph.clone();
    cloned.getConfiguration().setIterationCount(1); // DL4J's clone starts to count anew.
    LiveRates.of("decay-restored")
        .latch(new Rates("decision", 1, 0, Map.of(), Map.of("dense", 90.0)));
    for (ComputationGraph one : List.of(graph, restored, cloned)) {
      one.fit(Graphs.batch(DataType.DOUBLE, 1));
    }
    ComputationGraph without = scheduled(ByHand.Decay.AFTER_TIMES_RATE, "decay-without");
    without.fit(Graphs.batch(DataType.DOUBLE, 0));
    without.fit(Graphs.batch(DataType.DOUBLE, 1));

    // Then
    assertThat(restored.params()).isEqualTo(graph.params());
    assertThat(cloned.params()).isEqualTo(graph.params());
    assertThat(without.params()).isNotEqualTo(graph.params());
    assertThat(ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson()))
        .isEqualTo(graph.getConfiguration());
  }

  @Test
  void everyLayerStillHasUpdaterBlocksOfItsOwn() {
    // Given: equal decay everywhere
    ComputationGraph graph = scheduled(ByHand.Decay.L2, "decay-blocks");

    // Then: but for what a norm layer shares with its convolution, blocks end with their layer
    BaseMultiLayerUpdater<?> updater = (BaseMultiLayerUpdater<?>) graph.getUpdater();
    assertThat(updater.getUpdaterBlocks())
        .allSatisfy(
            block ->
                assertThat(
                        block.getLayersAndVariablesInBlock().stream()
                            .map(state -> state.getLayer().getConfig().getLayerName())
                            .map(layer -> layer.replace(".bn", ".conv"))
                            .distinct())
                    .hasSize(1));
  }

  @Test
  void onlyWeightDecayIsReplacedAndANormLayerFollows() {
    // Given
    ComputationGraphConfiguration network =
        Graphs.residual(DataType.DOUBLE, new MomentumSgd(1, 0.9));
    ISchedule growing = new FixedSchedule(0.3);
    layer(network, "dense").setRegularization(List.of(new L1Regularization(0.1)));
    layer(network, "dense").setRegularizationBias(List.of(new WeightDecay(growing, false)));
    layer(network, "head").setRegularization(null);
    layer(network, "block.bn").setRegularization(List.of(new L2Regularization(0.2)));

    // When
    WeightLayers.of(network).schedule(network, "kinds", Graphs.SCHEDULE);

    // Then
    assertThat(layer(network, "dense").getRegularization())
        .containsExactly(new L1Regularization(0.1));
    assertThat(layer(network, "dense").getRegularizationBias())
        .containsExactly(
            (Regularization) new WeightDecay(new LayerDecay("kinds", "dense", growing), false));
    assertThat(layer(network, "head").getRegularization()).isNull();
    assertThat(layer(network, "block.bn").getRegularization())
        .containsExactly(
            new L2Regularization(new LayerDecay("kinds", "block.conv", new FixedSchedule(0.2))));
  }

  @Test
  void aNetworkThatIsScheduledAgainFollowsTheNewRunOnce() {
    // Given
    ComputationGraphConfiguration network =
        Graphs.residual(DataType.DOUBLE, new MomentumSgd(1, 0.9));
    WeightLayers.of(network).schedule(network, "before", Graphs.SCHEDULE);

    // When
    WeightLayers.of(network).schedule(network, "after", Graphs.SCHEDULE);

    // Then
    assertThat(layer(network, "dense").getRegularization())
        .containsExactly(
            new L2Regularization(
                new LayerDecay("after", "dense", new FixedSchedule(Graphs.WEIGHT_DECAY))));
  }

  @Test
  void twoAreEqualWhenRunLayerAndBaseAre() {
    LayerDecay decay = new LayerDecay("run", "dense", new FixedSchedule(0.1));
    assertThat(decay)
        .isEqualTo(decay.clone())
        .hasSameHashCodeAs(decay.clone())
        .isNotEqualTo(new LayerDecay("run", "dense", new FixedSchedule(0.2)))
        .isNotEqualTo(new LayerDecay("run", "head", new FixedSchedule(0.1)))
        .isNotEqualTo(new LayerDecay("other", "dense", new FixedSchedule(0.1)))
        .isNotEqualTo("run/dense");
  }

  private static BaseLayer layer(ComputationGraphConfiguration network, String name) {
    return (BaseLayer) ((LayerVertex) network.getVertices().get(name)).getLayerConf().getLayer();
  }

  private static ComputationGraph scheduled(ByHand.Decay kind, String run) {
    ComputationGraphConfiguration network =
        Graphs.residual(DataType.DOUBLE, new MomentumSgd(1, Graphs.MOMENTUM));
    if (kind != ByHand.Decay.L2) {
      for (String name : List.of("stem.conv", "block.conv", "dense", "head")) {
        layer(network, name)
            .setRegularization(
                List.of(
                    new WeightDecay(Graphs.WEIGHT_DECAY, kind == ByHand.Decay.AFTER_TIMES_RATE)));
      }
    }
    WeightLayers.of(network).schedule(network, run, Graphs.SCHEDULE);
    ComputationGraph graph = new ComputationGraph(network);
    graph.init();
    return graph;
  }

  private static Decision decision(
      RunDescription run, Map<String, Double> rates, Map<String, Double> decays) {
    List<LayerRate> layers = new ArrayList<>();
    for (LayerDescription layer : run.layers()) {
      Stream.concat(Stream.of(layer.name()), layer.normLayers().stream())
          .forEach(name -> layers.add(rate(name, layer, rates, decays)));
    }
    return new Decision(
        run.run(),
        run.incarnation(),
        "d1",
        1,
        0,
        0,
        PolicySpec.Hybrid.modelBalancing(),
        OptionalDouble.of(0.1),
        layers,
        List.of(),
        4,
        2,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static LayerRate rate(
      String name, LayerDescription layer, Map<String, Double> rates, Map<String, Double> decays) {
    boolean follows = !name.equals(layer.name());
    double factor = rates.getOrDefault(layer.name(), 1.0);
    return new LayerRate(
        name,
        follows ? LayerRate.Role.FOLLOWS : LayerRate.Role.TUNED,
        factor,
        OptionalDouble.of(0.1 * factor),
        OptionalDouble.empty(),
        OptionalLong.empty(),
        follows ? Optional.of(layer.name()) : Optional.empty(),
        OptionalDouble.empty(),
        Optional.ofNullable(decays.get(layer.name()))
            .map(decay -> new LayerRate.WeightDecay(LayerRate.Role.TUNED, decay)));
  }
}
