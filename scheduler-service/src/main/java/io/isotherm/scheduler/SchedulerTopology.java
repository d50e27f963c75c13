package io.isotherm.scheduler;

import io.isotherm.contracts.Topic;
import io.isotherm.scheduler.rules.Limits;
import io.isotherm.scheduler.rules.Policy;
import io.isotherm.scheduler.rules.RunRules;
import io.isotherm.spectra.policy.PolicyAnswer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * The one topology: descriptions, outcomes, controls and progress meet in one processor with its
 * state stores, since their topics are keyed by run and have equally many partitions.
 */
@ApplicationScoped
public class SchedulerTopology {

  private static final String PROCESSOR = "scheduler";

  /** Settings of a changelog whose records are about all layers of a run, which may be many. */
  private static final Map<String, String> ALL_LAYERS =
      Map.of("max.message.bytes", Integer.toString(Topic.MAX_MESSAGE_BYTES));

  /** The topology of the service; no proxy, since Kafka Streams looks inside it. */
  @Produces
  @Singleton
  public Topology topology(
      SchedulerConfig config,
      LeaseConfig lease,
      SchedulerMetrics metrics,
      BrokerContact contact,
      JoinedTopicsCheck topics) {
    return build(config, lease, metrics, PolicyAnswer::next, contact, topics::partitions);
  }

  /**
   * The topology.
   *
   * @param listening whether a trainer that speaks would be heard
   * @param partitions how many partitions each joined topic has; 0 while that is not known
   */
  static Topology build(
      SchedulerConfig config,
      LeaseConfig lease,
      SchedulerMetrics metrics,
      Policy policy,
      BooleanSupplier listening,
      IntSupplier partitions) {
    Limits limits =
        new Limits(
            config.maxOpenSteps(),
            config.maxWaitingOutcomes(),
            config.minFactor(),
            config.maxFactor());
    RunRules rules = new RunRules(policy, limits);
    KeyPlacement placement = new KeyPlacement(partitions);
    ByteArrayDeserializer read = new ByteArrayDeserializer();
    ByteArraySerializer write = new ByteArraySerializer();
    return new Topology()
        .addSource("descriptions", read, read, Topic.RUNS.topicName())
        .addSource("outcomes", read, read, Topic.SPECTRA.topicName())
        .addSource("controls", read, read, Topic.CONTROLS.topicName())
        // Only what is said from now on is a sign of life.
        .addSource(AutoOffsetReset.latest(), "progress", read, read, Topic.PROGRESS.topicName())
        .addProcessor(
            PROCESSOR,
            () ->
                new SchedulerProcessor(rules, config, lease.lease(), metrics, listening, placement),
            "descriptions",
            "outcomes",
            "controls",
            "progress")
        .addStateStore(
            // The cache writes a run once per commit to the changelog, not once per decision.
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(RunMemory.RUNS),
                    Serdes.String(),
                    new JsonSerde<>(StoredRun.class, "a run's state"))
                .withCachingEnabled()
                .withLoggingEnabled(ALL_LAYERS),
            PROCESSOR)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(RunMemory.LAYERS),
                    Serdes.String(),
                    new JsonSerde<>(LayerRecord.class, "a layer's record"))
                .withLoggingEnabled(Map.of()),
            PROCESSOR)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(RecentDecisions.STORE),
                    Serdes.String(),
                    Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(ALL_LAYERS),
            PROCESSOR)
        .addSink(
            SchedulerProcessor.DECISIONS, Topic.LEARNING_RATES.topicName(), write, write, PROCESSOR)
        .addSink(SchedulerProcessor.RUNS, Topic.RUNS.topicName(), write, write, PROCESSOR)
        .addSink(
            SchedulerProcessor.SHADOW_DECISIONS,
            Topic.SHADOW_DECISIONS.topicName(),
            write,
            write,
            PROCESSOR)
        .addSink(SchedulerProcessor.REFUSALS, Topic.REFUSALS.topicName(), write, write, PROCESSOR)
        .addSink(
            SchedulerProcessor.DEAD_LETTERS,
            Topic.DEAD_LETTERS.topicName(),
            write,
            write,
            PROCESSOR);
  }
}
