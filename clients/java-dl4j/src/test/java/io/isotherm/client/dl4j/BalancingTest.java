package io.isotherm.client.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.client.ClientConfig;
import io.isotherm.client.TrainingRun;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.testkit.TestKafka;
import io.isotherm.testkit.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

class BalancingTest {

  private static final int LAYERS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Rates are recovered from weights of order 1 and steps of 1e-3 in double precision. */
  private static final double RECOVERED_RATE = 1e-6;

  @Test
  void publishesTheFirstWeightsAndThenEveryFewSteps() {
    // Given
    ComputationGraph graph = Graphs.scheduled(DataType.FLOAT, "steps");
    try (TrainingRun run =
        TrainingRun.start(Graphs.NO_BROKER, Graphs.description(graph, "steps", 1))) {
      Balancing balancing = Balancing.attach(graph, run, new SnapshotInterval.Steps(2));
      assertThat(run.counters().snapshotsTaken()).isEqualTo(LAYERS);

      // When
      for (int step = 0; step < 5; step++) {
        graph.fit(Graphs.batch(DataType.FLOAT, step));
      }
      balancing.close();

      // Then: at the steps 0, 2 and 4
      assertThat(run.counters().snapshotsTaken()).isEqualTo(3 * LAYERS);
    }
  }

  @Test
  void publishesAtTheEndOfEveryFewEpochs() {
    // Given
    ComputationGraph graph = Graphs.scheduled(DataType.FLOAT, "epochs");
    try (TrainingRun run =
        TrainingRun.start(Graphs.NO_BROKER, Graphs.description(graph, "epochs", 1))) {
      Balancing balancing = Balancing.attach(graph, run, new SnapshotInterval.Epochs(2));

      // When
      graph.fit(iterator(3), 5);
      balancing.close();

      // Then: before the first epoch, after the second and the fourth
      assertThat(run.counters().snapshotsTaken()).isEqualTo(3 * LAYERS);
      assertThat(graph.getEpochCount()).isEqualTo(5);
    }
  }

  @Test
  void hearsNothingMoreOnceItIsClosed() {
    // Given
    ComputationGraph graph = Graphs.scheduled(DataType.FLOAT, "closed");
    try (TrainingRun run =
        TrainingRun.start(Graphs.NO_BROKER, Graphs.description(graph, "closed", 1))) {
      Balancing balancing = Balancing.attach(graph, run, new SnapshotInterval.Steps(1));

      // When
      balancing.close();
      graph.fit(Graphs.batch(DataType.FLOAT, 1));

      // Then
      assertThat(graph.getListeners()).isEmpty();
      assertThat(run.counters().snapshotsTaken()).isEqualTo(LAYERS);
    }
  }

  @Test
  void noStepMixesTwoDecisions() throws Exception {
    // Given: without momentum and decay, each step tells the rate of every layer
    String name = "one-plan";
    ComputationGraphConfiguration network = plain(name);
    ComputationGraph graph = new ComputationGraph(network);
    graph.init();
    RunDescription description = Graphs.description(graph, name, 5);
    RateWatch watch = new RateWatch(graph);
    String broker = TestKafka.broker().bootstrapServers();

    // When: decisions, each with one factor for all layers, come while it trains
    try (TrainingRun run =
            TrainingRun.start(ClientConfig.of(broker).withBufferBytes(1 << 20), description);
        KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", broker),
                new StringSerializer(),
                new ByteArraySerializer())) {
      Balancing balancing = Balancing.attach(graph, run, new SnapshotInterval.Epochs(1));
      graph.addListeners(watch);
      List<Integer> sent = new ArrayList<>();
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .pollInSameThread()
          .until(
              () -> {
                if (sent.size() < 30) {
                  sent.add(sent.size());
                  send(producer, decision(description, sent.size(), 0.5 + 0.01 * sent.size()));
                }
                graph.fit(Graphs.batch(DataType.DOUBLE, sent.size()));
                return run.rates().revision() == 30;
              });
      balancing.close();
      run.finish(graph.getIterationCount());
    }

    // Then
    assertThat(watch.factors).hasSizeGreaterThan(3).contains(0.8);
    assertThat(watch.mixed).isEmpty();
    List<Progress> told = new TopicReader(broker).messages(Messages.PROGRESS, name);
    assertThat(told.get(told.size() - 1).counters().decisionsApplied()).isPositive();
    assertThat(told).flatExtracting(Progress::applied).isNotEmpty();
  }

  private static ComputationGraphConfiguration plain(String run) {
    ComputationGraphConfiguration network =
        Graphs.residual(DataType.DOUBLE, new MomentumSgd(0.05, 0));
    WeightLayers.of(network).schedule(network, run, new BaseSchedule.Constant(0.05));
    return network;
  }

  private static Decision decision(RunDescription run, int revision, double factor) {
    List<LayerRate> rates = new ArrayList<>();
    for (LayerDescription layer : run.layers()) {
      rates.add(rate(layer.name(), LayerRate.Role.TUNED, factor, Optional.empty()));
      layer
          .normLayers()
          .forEach(
              norm ->
                  rates.add(rate(norm, LayerRate.Role.FOLLOWS, factor, Optional.of(layer.name()))));
    }
    return new Decision(
        run.run(),
        run.incarnation(),
        "d" + revision,
        revision,
        0,
        0,
        PolicySpec.DEFAULT,
        0.05,
        rates,
        List.of());
  }

  private static LayerRate rate(
      String layer, LayerRate.Role role, double factor, Optional<String> follows) {
    boolean tuned = role == LayerRate.Role.TUNED;
    return new LayerRate(
        layer,
        role,
        factor,
        0.05 * factor,
        tuned ? OptionalDouble.of(3) : OptionalDouble.empty(),
        tuned ? OptionalLong.of(0) : OptionalLong.empty(),
        follows);
  }

  private static void send(KafkaProducer<String, byte[]> producer, Decision decision)
      throws Exception {
    WireRecord wire = Messages.LEARNING_RATES.encode(decision);
    ProducerRecord<String, byte[]> record = KafkaRecords.toSend(wire);
    producer.send(record).get(30, TimeUnit.SECONDS);
  }

  private static DataSetIterator iterator(int batches) {
    List<DataSet> data = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      data.addAll(Graphs.batch(DataType.FLOAT, i).asList());
    }
    return new ListDataSetIterator<>(data, 8);
  }

  /** Recovers each layer's rate from its gradient and its step. */
  private static final class RateWatch extends BaseTrainingListener {

    private static final List<String> WATCHED =
        List.of("stem.conv_W", "stem.bn_gamma", "block.conv_W", "dense_W", "head_W");

    private final ComputationGraph graph;
    private final Map<String, INDArray> before = new HashMap<>();
    private final Map<String, INDArray> gradients = new HashMap<>();
    private final List<Double> factors = new ArrayList<>();
    private final List<String> mixed = new ArrayList<>();

    RateWatch(ComputationGraph graph) {
      this.graph = graph;
    }

    @Override
    public void onGradientCalculation(Model model) {
      for (String name : WATCHED) {
        INDArray weights = graph.getParam(name).dup('c');
        double decay = name.endsWith("_W") ? Graphs.WEIGHT_DECAY : 0;
        before.put(name, weights);
        gradients.put(
            name, graph.gradient().getGradientFor(name).dup('c').divi(8).addi(weights.mul(decay)));
      }
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      Map<String, Double> rates = new HashMap<>();
      for (String name : WATCHED) {
        double moved = before.get(name).sub(graph.getParam(name)).norm2Number().doubleValue();
        rates.put(name, moved / gradients.get(name).norm2Number().doubleValue() / 0.05);
      }
      double one = rates.get("head_W");
      if (rates.values().stream().anyMatch(rate -> Math.abs(rate - one) > RECOVERED_RATE)) {
        mixed.add("step %d: %s".formatted(iteration, rates));
      }
      double rounded = Math.round(one * 1000) / 1000.0;
      if (factors.isEmpty() || factors.get(factors.size() - 1) != rounded) {
        factors.add(rounded);
      }
    }
  }
}
