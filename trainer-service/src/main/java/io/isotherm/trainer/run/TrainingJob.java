package io.isotherm.trainer.run;

import io.isotherm.checks.OneLine;
import io.isotherm.client.ClientConfig;
import io.isotherm.client.TrainingRun;
import io.isotherm.client.dl4j.Balancing;
import io.isotherm.client.dl4j.WeightLayers;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.trainer.data.Epochs;
import io.isotherm.trainer.data.FashionMnist;
import io.isotherm.trainer.data.LabelledImages;
import io.isotherm.trainer.network.Network;
import io.isotherm.trainer.network.StateDict;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jboss.logging.Logger;

/** Trains one run from its first step to its last, on the thread that calls it. Used once. */
final class TrainingJob {

  private static final Logger LOG = Logger.getLogger(TrainingJob.class);

  private final RunOrder order;
  private final RunDescription description;
  private final BaseSchedule.Formula schedule;
  private final ComputationGraph graph;
  private final FashionMnist data;
  private final Epochs epochs;

  private long started = System.nanoTime();
  private OptionalDouble loss = OptionalDouble.empty();
  private OptionalDouble accuracy = OptionalDouble.empty();

  /** Builds the network with the first weights that the order's seed gives. */
  TrainingJob(RunOrder order, long incarnation, FashionMnist data) {
    this.order = order;
    this.data = data;
    this.epochs = new Epochs(data.training().size(), order.batchSize(), order.seed());
    long totalSteps = (long) order.epochs() * epochs.steps();
    this.schedule = new BaseSchedule.Cosine(order.learningRate(), totalSteps);
    Network network = order.network();
    ComputationGraphConfiguration configuration =
        network.configuration(
            order.seed(), data.training().side(), LabelledImages.CLASSES, order.learningRate());
    WeightLayers layers = WeightLayers.of(configuration, network::blockOf);
    layers.schedule(configuration, order.run(), schedule);
    this.graph = new ComputationGraph(configuration);
    graph.init();
    this.description =
        new RunDescription(
            order.run(),
            incarnation,
            "%s on Fashion-MNIST, %d images, weight decay %s"
                .formatted(
                    network.title(),
                    data.training().size(),
                    BigDecimal.valueOf(network.weightDecay()).stripTrailingZeros().toPlainString()),
            layers.descriptions(),
            schedule,
            order.policy(),
            order.estimator(),
            totalSteps,
            RunPhase.RUNNING,
            order.shadows());
  }

  /**
   * Trains until all steps are done or it is told to stop. Whatever the end, the run says so on
   * Kafka, as far as that can be reached within the client's close timeout.
   *
   * @param signal asked before every step
   * @param listener hears of every step
   * @return how far it came
   * @throws TrainingFailedException if the loss is no longer a number, or the service ends
   */
  RunProgress train(ClientConfig client, Supplier<Signal> signal, Consumer<RunProgress> listener)
      throws TrainingFailedException {
    TrainingRun run = TrainingRun.start(client, description);
    started = System.nanoTime();
    try (run) {
      trainAndSayHowItEnded(run, signal, listener);
    }
    return progress(run);
  }

  /** The weights as they are, under PyTorch's names. */
  List<SafeTensor> weights() {
    return StateDict.of(graph);
  }

  /** Before the run is closed, which would say that it ended without a word. */
  private void trainAndSayHowItEnded(
      TrainingRun run, Supplier<Signal> signal, Consumer<RunProgress> listener)
      throws TrainingFailedException {
    try (Balancing balancing = Balancing.attach(graph, run, order.every())) {
      for (int epoch = 0; epoch < order.epochs(); epoch++) {
        if (!trainEpoch(epoch, run, signal, listener)) {
          break;
        }
        balancing.onEpochEnd(graph);
        graph.incrementEpochCount();
        accuracy = OptionalDouble.of(Accuracy.of(graph, data.test()));
        balancing.measured(accuracy.getAsDouble());
        listener.accept(progress(run));
      }
      run.finish(graph.getIterationCount());
    } catch (TrainingFailedException | RuntimeException e) {
      run.fail(cause(e));
      throw e;
    }
  }

  /** Whether it came to the epoch's end. */
  private boolean trainEpoch(
      int epoch, TrainingRun run, Supplier<Signal> signal, Consumer<RunProgress> listener)
      throws TrainingFailedException {
    long epochStarted = System.nanoTime();
    double sum = 0;
    for (int[] batch : epochs.batches(epoch)) {
      switch (signal.get()) {
        case GO -> step(batch);
        case STOP -> {
          return false;
        }
        case SHUTDOWN ->
            throw new TrainingFailedException(
                "the trainer was shut down after step " + graph.getIterationCount());
      }
      sum += loss.orElseThrow();
      listener.accept(progress(run));
    }
    LOG.infof(
        "epoch trained run=%s incarnation=%d step=%d epoch=%d loss=%.4f rate=%.5f millis=%d",
        order.run(),
        description.incarnation(),
        graph.getIterationCount(),
        epoch + 1,
        sum / epochs.steps(),
        schedule.learningRateAt(graph.getIterationCount() - 1L),
        (System.nanoTime() - epochStarted) / 1_000_000);
    return true;
  }

  private void step(int[] batch) throws TrainingFailedException {
    graph.fit(data.training().batch(batch));
    double score = graph.score();
    if (!Double.isFinite(score)) {
      throw new TrainingFailedException(
          "the loss is %s after step %d; take a smaller learningRate than %s"
              .formatted(score, graph.getIterationCount(), order.learningRate()));
    }
    loss = OptionalDouble.of(score);
  }

  private RunProgress progress(TrainingRun run) {
    return new RunProgress(
        description.incarnation(),
        graph.getIterationCount(),
        description.totalSteps(),
        graph.getEpochCount(),
        loss,
        accuracy,
        (System.nanoTime() - started) / 1e9,
        run.counters());
  }

  private static String cause(Exception e) {
    return e instanceof TrainingFailedException ? e.getMessage() : OneLine.of(e.toString());
  }
}
