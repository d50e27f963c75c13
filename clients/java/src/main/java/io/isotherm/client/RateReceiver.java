package io.isotherm.client;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.kafka.records.KafkaRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a run that receives. It reads all partitions, since a scheduler in another
 * language may place a run's key on another partition than a Java producer does, and holds what the
 * newest accepted decision wants behind a volatile field. What the services refuse comes the same
 * way, and is never a reason for rates not to come.
 */
final class RateReceiver implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(RateReceiver.class);
  private static final String TOPIC = Topic.LEARNING_RATES.topicName();
  private static final String REFUSALS = Topic.REFUSALS.topicName();

  /**
   * How many records before the end of each partition are read at first: a decision may come while
   * the consumer is still connecting. Older incarnations among them are fenced.
   */
  private static final long LOOK_BACK = 100;

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration LAST_WORD = Duration.ofMillis(500);

  private final String run;
  private final long incarnation;
  private final DecisionGate gate;
  private final RunKafka kafka;
  private final QuietLog trouble = new QuietLog(LOG);
  private final QuietLog rejections = new QuietLog(LOG);
  private final ToldRefusals refusals;
  private final AtomicLong rejected = new AtomicLong();
  private final AtomicLong fenced = new AtomicLong();
  private final Thread thread;
  private volatile Targets newest = Targets.NONE;
  private volatile boolean superseded;
  private volatile boolean stopped;
  private volatile Consumer<String, byte[]> consumer;
  private boolean withoutRefusals;

  RateReceiver(String run, long incarnation, DecisionGate gate, RunKafka kafka) {
    this.run = run;
    this.incarnation = incarnation;
    this.gate = gate;
    this.kafka = kafka;
    this.refusals = new ToldRefusals(run, incarnation);
    this.thread = new Thread(this, "isotherm-rates-" + run);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** What the newest decision that was accepted wants. */
  Targets newest() {
    return newest;
  }

  /** Decisions of this run that were not in order. */
  long rejected() {
    return rejected.get();
  }

  /** Decisions of this run that belong to another incarnation or came too late. */
  long fenced() {
    return fenced.get();
  }

  /** Whether a larger incarnation of the run is being trained. */
  boolean superseded() {
    return superseded;
  }

  /** What the services cannot use of this incarnation. */
  List<Refusal> refusals() {
    return refusals.all();
  }

  /** Tells the thread to end; does not wait for it. */
  void stop() {
    stopped = true;
    Consumer<String, byte[]> current = consumer;
    if (current != null) {
      current.wakeup();
    }
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    Backoff creating = Backoff.forCreating();
    while (!stopped) {
      try {
        consumer = kafka.consumer();
        seekNearEnd();
        receive(creating);
      } catch (WakeupException | InterruptException e) {
        LOG.debug("receiver told to stop run={}", run);
      } catch (TopicAuthorizationException e) {
        if (e.unauthorizedTopics().contains(REFUSALS)) {
          leaveOutRefusals("topic %s may not be read by this client".formatted(REFUSALS));
        } else {
          complain(e);
        }
      } catch (RuntimeException e) {
        complain(e);
      } finally {
        closeConsumer();
      }
      pause(creating.nextNanos());
    }
  }

  /**
   * Receives until something throws. Only a record shows that records come: a topic that may be
   * described and not read, for one, answers everything but the poll.
   */
  private void receive(Backoff creating) {
    while (!stopped) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        creating.reset();
        if (run.equals(record.key())) {
          if (record.topic().equals(REFUSALS)) {
            refusals.take(record);
          } else {
            accept(record);
          }
        }
      }
      followGrowth();
    }
  }

  /** Reads partitions that the topic has been given since; asks no broker, only what is known. */
  private void followGrowth() {
    Set<TopicPartition> added = new HashSet<>(partitions(TOPIC));
    added.removeAll(consumer.assignment());
    if (!added.isEmpty()) {
      Set<TopicPartition> all = new HashSet<>(consumer.assignment());
      all.addAll(added);
      consumer.assign(all);
      consumer.seekToBeginning(added);
    }
  }

  private List<TopicPartition> partitions(String topic) {
    return consumer.partitionsFor(topic, ANSWER).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  private List<TopicPartition> refusalPartitions() {
    List<TopicPartition> partitions = withoutRefusals ? List.of() : partitions(REFUSALS);
    if (partitions.isEmpty()) {
      leaveOutRefusals(
          "topic %s does not exist: the services there are older than this client; update them"
              .formatted(REFUSALS));
    }
    return partitions;
  }

  private void leaveOutRefusals(String reason) {
    if (!withoutRefusals) {
      withoutRefusals = true;
      LOG.warn(
          "what the services refuse is not told here run={} incarnation={} reason=\"{}\"",
          run,
          incarnation,
          reason);
    }
  }

  /** Tries until the broker answers; the consumer stays, since a new one would know no more. */
  private void seekNearEnd() {
    Backoff reaching = Backoff.forReaching();
    while (!stopped) {
      try {
        trySeekNearEnd();
        return;
      } catch (TimeoutException e) {
        complain(e);
        pause(reaching.nextNanos());
      }
    }
  }

  private void trySeekNearEnd() {
    List<TopicPartition> partitions = new ArrayList<>(partitions(TOPIC));
    if (partitions.isEmpty()) {
      throw new TimeoutException("topic " + TOPIC + " does not exist");
    }
    List<TopicPartition> ofRefusals = refusalPartitions();
    partitions.addAll(ofRefusals);
    consumer.assign(partitions);
    Map<TopicPartition, Long> begin = consumer.beginningOffsets(partitions, ANSWER);
    Map<TopicPartition, Long> end = consumer.endOffsets(partitions, ANSWER);
    ofRefusals.forEach(partition -> refusals.firstEnds(Map.of(partition, end.get(partition))));
    for (TopicPartition partition : partitions) {
      consumer.seek(partition, Math.max(begin.get(partition), end.get(partition) - LOOK_BACK));
    }
  }

  private void accept(ConsumerRecord<String, byte[]> record) {
    DecisionGate.Verdict verdict;
    try {
      verdict = gate.judge(KafkaRecords.decode(Messages.LEARNING_RATES, record));
    } catch (InvalidMessageException | RuntimeException e) {
      verdict = new DecisionGate.Verdict.Rejected(e.getMessage());
    }
    if (verdict instanceof DecisionGate.Verdict.Accepted accepted) {
      newest = accepted.targets();
    } else if (verdict instanceof DecisionGate.Verdict.Fenced late) {
      fence(record, late);
    } else if (verdict instanceof DecisionGate.Verdict.Rejected refused) {
      rejected.incrementAndGet();
      rejections.warn(
          ("decision rejected, the rates in force stay run=%s incarnation=%d topic=%s partition=%d"
                  + " offset=%d reason=\"%s\"")
              .formatted(
                  run, incarnation, TOPIC, record.partition(), record.offset(), refused.reason()));
    }
  }

  private void fence(ConsumerRecord<String, byte[]> record, DecisionGate.Verdict.Fenced late) {
    if (late.larger() && !superseded) {
      superseded = true;
      LOG.warn(
          "run superseded, what it still sends is dropped by everybody run={} incarnation={}"
              + " reason=\"{}\"",
          run,
          incarnation,
          late.reason());
    }
    fenced.incrementAndGet();
    LOG.debug(
        "decision fenced run={} incarnation={} partition={} offset={} reason=\"{}\"",
        run,
        incarnation,
        record.partition(),
        record.offset(),
        late.reason());
  }

  private void complain(RuntimeException e) {
    trouble.warn(
        ("no rates arrive, training goes on with the last ones run=%s incarnation=%d topic=%s"
                + " reason=\"%s\"")
            .formatted(run, incarnation, TOPIC, kafka.problem(e)));
  }

  private void closeConsumer() {
    Consumer<String, byte[]> current = consumer;
    consumer = null;
    if (current != null) {
      try {
        current.close(CloseOptions.timeout(LAST_WORD));
      } catch (KafkaException e) {
        LOG.debug("consumer not closed run={} reason=\"{}\"", run, e.toString());
      }
    }
  }

  private void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !stopped; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }
}
