package io.isotherm.scheduler;

import io.isotherm.contracts.Topic;
import io.isotherm.scheduler.rules.Limits;
import io.isotherm.scheduler.rules.Policy;
import io.isotherm.scheduler.rules.RunRules;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.spectra.policy.PolicyAnswer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * The one topology: descriptions, outcomes and controls meet in one processor with its state
 * stores, since their topics are keyed by run and have equally many partitions.
 */
@ApplicationScoped
public class SchedulerTopology {

  private static final String PROCESSOR = "scheduler";

  /** The topology of the service; no proxy, since Kafka Streams looks inside it. */
  @Produces
  @Singleton
  public Topology topology(SchedulerConfig config, SchedulerMetrics metrics) {
    return build(config, metrics, PolicyAnswer::next);
  }

  static Topology build(SchedulerConfig config, SchedulerMetrics metrics, Policy policy) {
    Limits limits =
        new Limits(
            config.maxOpenSteps(),
            config.maxWaitingOutcomes(),
            config.minFactor(),
            config.maxFactor());
    RunRules rules = new RunRules(policy, limits);
    ByteArrayDeserializer read = new ByteArrayDeserializer();
    ByteArraySerializer write = new ByteArraySerializer();
    return new Topology()
        .addSource("descriptions", read, read, Topic.RUNS.topicName())
        .addSource("outcomes", read, read, Topic.SPECTRA.topicName())
        .addSource("controls", read, read, Topic.CONTROLS.topicName())
        .addProcessor(
            PROCESSOR,
            () -> new SchedulerProcessor(rules, config, metrics),
            "descriptions",
            "outcomes",
            "controls")
        .addStateStore(
            // The cache writes a run once per commit to the changelog, not once per decision.
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(RunMemory.HEADS),
                    Serdes.String(),
                    new JsonSerde<>(RunState.class, "a run's state"))
                .withCachingEnabled()
                .withLoggingEnabled(Map.of()),
            PROCESSOR)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(RunMemory.NEWS),
                    Serdes.String(),
                    new JsonSerde<>(LayerNews.class, "a layer's news"))
                .withLoggingEnabled(Map.of()),
            PROCESSOR)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(KeptDecisions.STORE),
                    Serdes.String(),
                    Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(Map.of()),
            PROCESSOR)
        .addSink(
            SchedulerProcessor.DECISIONS, Topic.LEARNING_RATES.topicName(), write, write, PROCESSOR)
        .addSink(
            SchedulerProcessor.SHADOW_DECISIONS,
            Topic.SHADOW_DECISIONS.topicName(),
            write,
            write,
            PROCESSOR)
        .addSink(
            SchedulerProcessor.DEAD_LETTERS,
            Topic.DEAD_LETTERS.topicName(),
            write,
            write,
            PROCESSOR);
  }
}
