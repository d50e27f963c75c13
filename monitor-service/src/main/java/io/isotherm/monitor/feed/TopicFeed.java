package io.isotherm.monitor.feed;

import io.isotherm.contracts.Topic;
import io.isotherm.monitor.MonitorConfig;
import io.isotherm.monitor.view.Reception;
import io.isotherm.monitor.view.RunBoard;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;

/**
 * The thread that reads. It starts every topic at its beginning, the descriptions of runs first,
 * and goes on where it was after any trouble with the broker.
 */
@ApplicationScoped
public class TopicFeed {

  private static final Logger LOG = Logger.getLogger(TopicFeed.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** While topics are missing or old records are read, the next look comes sooner. */
  private static final Duration WHILE_STARTING = Duration.ofMillis(250);

  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration STOP = Duration.ofSeconds(10);

  private static final Map<String, Topic> TOPICS_BY_NAME =
      RecordReader.TOPICS.stream().collect(Collectors.toMap(Topic::topicName, topic -> topic));

  private final Map<String, Object> settings;
  private final Duration checkInterval;
  private final RunBoard board;
  private final RecordReader reader;
  private final CatchUp catchUp = new CatchUp();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "isotherm-feed");
  private volatile boolean caughtUp;
  private volatile boolean brokerReachable;

  /** A feed that has not started. */
  public TopicFeed(
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      MonitorConfig config,
      RunBoard board,
      MeterRegistry metrics) {
    this.settings = settings(kafka);
    this.checkInterval = config.checkInterval();
    this.board = board;
    this.reader = new RecordReader(board, InstantSource.system(), metrics);
  }

  void start(@Observes StartupEvent event) {
    thread.setDaemon(true);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping.countDown();
    thread.join(STOP.toMillis());
  }

  /** How the feed is doing. */
  public FeedStatus status() {
    return new FeedStatus(
        caughtUp,
        brokerReachable,
        catchUp.missing().stream().map(Topic::topicName).toList(),
        reader.count(Reception.TAKEN),
        reader.count(Reception.FENCED),
        reader.count(Reception.IGNORED),
        reader.unreadable());
  }

  private void run() {
    while (running()) {
      try (Consumer<String, byte[]> consumer = new KafkaConsumer<>(settings)) {
        follow(consumer);
      } catch (RuntimeException e) {
        lost(e);
        sleep(RETRY);
      }
    }
  }

  private void follow(Consumer<String, byte[]> consumer) {
    long nextCheck = System.nanoTime();
    while (running()) {
      if (System.nanoTime() - nextCheck >= 0) {
        check(consumer);
        nextCheck = System.nanoTime() + (caughtUp ? checkInterval : WHILE_STARTING).toNanos();
      }
      if (consumer.assignment().isEmpty()) {
        sleep(WHILE_STARTING);
        continue;
      }
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        reader.read(TOPICS_BY_NAME.get(record.topic()), record);
      }
      for (TopicPartition partition : consumer.assignment()) {
        catchUp.reached(partition, consumer.position(partition, ANSWER));
      }
      if (!caughtUp && catchUp.done(RecordReader.TOPICS)) {
        board.live();
        caughtUp = true;
        LOG.infof("caught up with the broker records=%d", reader.count(Reception.TAKEN));
      }
    }
  }

  /** Asks the broker for topics and partitions, and reads what has come to be there. */
  private void check(Consumer<String, byte[]> consumer) {
    try {
      Set<TopicPartition> wanted = new HashSet<>();
      for (Topic topic : RecordReader.TOPICS) {
        // Descriptions first: they say which layers a run has, and which runs are to be kept.
        if (topic == Topic.RUNS || catchUp.hasRead(Topic.RUNS)) {
          wanted.addAll(find(consumer, topic));
        }
      }
      if (!wanted.equals(consumer.assignment())) {
        assign(consumer, wanted);
      }
      if (!brokerReachable) {
        brokerReachable = true;
        LOG.info("the broker answers");
      }
    } catch (TimeoutException e) {
      lost(e);
    }
  }

  private Set<TopicPartition> find(Consumer<String, byte[]> consumer, Topic topic) {
    List<PartitionInfo> partitions = consumer.partitionsFor(topic.topicName(), ANSWER);
    if (partitions == null || partitions.isEmpty()) {
      return Set.of();
    }
    Set<TopicPartition> found =
        partitions.stream()
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .collect(Collectors.toSet());
    // Asked every time, because it is what tells whether the broker is there.
    catchUp.found(topic, consumer.endOffsets(found, ANSWER));
    return found;
  }

  private void assign(Consumer<String, byte[]> consumer, Set<TopicPartition> wanted) {
    Set<TopicPartition> added = new HashSet<>(wanted);
    added.removeAll(consumer.assignment());
    consumer.assign(wanted);
    for (TopicPartition partition : added) {
      long position = catchUp.position(partition);
      if (position < 0) {
        consumer.seekToBeginning(Set.of(partition));
      } else {
        consumer.seek(partition, position);
      }
    }
  }

  private void lost(RuntimeException e) {
    if (brokerReachable || !(e instanceof TimeoutException)) {
      LOG.warnf("cannot read from the broker, trying again reason=\"%s\"", e.getMessage());
    }
    brokerReachable = false;
  }

  private boolean running() {
    return stopping.getCount() > 0;
  }

  private void sleep(Duration pause) {
    try {
      if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      stopping.countDown();
    }
  }

  private static Map<String, Object> settings(Map<String, Object> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "isotherm-monitor");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return settings;
  }
}
