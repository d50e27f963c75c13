package io.isotherm.trainer.run;

import io.isotherm.checks.OneLine;
import io.isotherm.client.ClientConfig;
import io.isotherm.client.Incarnations;
import io.isotherm.client.dl4j.OneDnnHelpers;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.settings.SettingSources;
import io.isotherm.trainer.TrainerConfig;
import io.isotherm.trainer.data.FashionMnist;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The one thread that trains: first warms up, then takes run after run from the orders. */
@ApplicationScoped
public class Trainer {

  private static final Logger LOG = Logger.getLogger(Trainer.class);

  private final TrainerConfig config;
  private final OrderBook orders;
  private final KafkaSettings kafka;
  private final Thread thread = new Thread(this::work, "trainer");
  private volatile boolean shutdown;
  private volatile String readiness = "warming up";

  Trainer(
      TrainerConfig config,
      OrderBook orders,
      @Identifier("default-kafka-broker") Map<String, Object> kafka) {
    this.config = config;
    this.orders = orders;
    this.kafka = SettingSources.collected(kafka).settings(KafkaSettings.DEFAULT_BOOTSTRAP_SERVERS);
  }

  /** Whether the native mathematics has proved that it works; until then runs wait. */
  public boolean ready() {
    return readiness.equals("ready");
  }

  /** One or a few words: {@code ready}, or why not. */
  public String readiness() {
    return readiness;
  }

  void start(@Observes StartupEvent event) {
    OneDnnHelpers.enable();
    thread.setDaemon(true); // Past the shutdown timeout it does not hold the process.
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    // Not interrupted: the run in training still has to say on Kafka how it ended.
    shutdown = true;
    orders.close();
    thread.join(config.shutdownTimeout().toMillis());
    if (thread.isAlive()) {
      LOG.warnf(
          "training did not end in time reason=\"isotherm.trainer.shutdown-timeout is over\"");
    }
  }

  private void work() {
    FashionMnist data;
    try {
      NativeMathematics.limitThreads(config.threads());
      data = FashionMnist.load(config.trainingImages(), config.testImages());
      NativeMathematics.warmUp(data);
    } catch (RuntimeException | LinkageError e) {
      Throwable root = root(e);
      readiness = "warm-up failed: " + root;
      LOG.errorf("cannot train reason=\"%s\"", OneLine.of(root.toString()));
      Quarkus.asyncExit(1);
      return;
    }
    readiness = "ready";
    LOG.infof(
        "ready to train, %s oneDNN count=%d",
        NativeMathematics.usesOneDnn() ? "with" : "without", data.training().size());
    try {
      for (Optional<OrderedRun> next = orders.take(); next.isPresent(); next = orders.take()) {
        train(next.get(), data);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void train(OrderedRun run, FashionMnist data) {
    try {
      long incarnation = Incarnations.next(run.previousIncarnation());
      TrainingJob job = new TrainingJob(run.order(), incarnation, data);
      RunProgress last = job.train(client(), () -> signal(run), run::advance);
      // Before anybody learns that the run has ended, and looks for it.
      new Checkpoints(config.checkpoints()).write(run.order().run(), last, job.weights());
      run.end(last);
      LOG.infof(
          "run ended run=%s incarnation=%d step=%d reason=\"%s\" accuracy=%s stall=%.6f millis=%d",
          run.order().run(),
          incarnation,
          last.step(),
          run.state().label(),
          last.accuracy().isPresent() ? last.accuracy().getAsDouble() : "none",
          last.counters().stallShare(),
          Math.round(1000 * last.seconds()));
    } catch (TrainingFailedException e) {
      run.fail(e.getMessage());
      LOG.errorf("run failed run=%s reason=\"%s\"", run.order().run(), e.getMessage());
    } catch (RuntimeException | Error e) {
      run.fail(OneLine.of(e.toString()));
      LOG.errorf(e, "run failed run=%s reason=\"%s\"", run.order().run(), OneLine.of(e.toString()));
    }
  }

  /** A failing static initialiser wraps what really happened. */
  private static Throwable root(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }

  private Signal signal(OrderedRun run) {
    if (shutdown) {
      return Signal.SHUTDOWN;
    }
    return run.stopRequested() ? Signal.STOP : Signal.GO;
  }

  private ClientConfig client() {
    TrainerConfig.Client client = config.client();
    return ClientConfig.of(kafka)
        .withBufferBytes(client.buffer().asLongValue())
        .withQueueCapacity(client.queueCapacity())
        .withFactorBounds(client.minFactor(), client.maxFactor())
        .withCloseTimeout(client.closeTimeout());
  }
}
