package io.isotherm.monitor.feed;

import io.isotherm.contracts.Topic;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.monitor.view.Disposition;
import io.isotherm.monitor.view.MonitoredRuns;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.TimeoutException;
import org.jboss.logging.Logger;

/**
 * The thread that reads: first the descriptions and the newest records, then what comes, and
 * between that, from newer to older, what lies before. It goes on where it was after any trouble
 * with the broker.
 */
public final class TopicFeed {

  /** How many records before the end of each partition make up the first picture. */
  public static final long TAIL = 500;

  private static final Logger LOG = Logger.getLogger(TopicFeed.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** While topics are missing or the first picture is read, the next look comes sooner. */
  private static final Duration WHILE_STARTING = Duration.ofMillis(250);

  /** How often those who watch a run are told that more of its history is there. */
  private static final Duration TELL = Duration.ofSeconds(2);

  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final KafkaSettings kafka;
  private final Duration checkInterval;
  private final long tail;
  private final MonitoredRuns runs;
  private final RecordDispatcher dispatcher;
  private final CatchUp catchUp = new CatchUp();
  private final HistoryBacklog backlog = new HistoryBacklog();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "isotherm-feed");
  private final long startedAt = System.nanoTime();
  private volatile boolean caughtUp;
  private volatile boolean historyComplete;
  private volatile boolean brokerReachable;

  /**
   * A feed that has not started.
   *
   * @param kafka how the broker is reached
   * @param checkInterval how often the broker is asked for topics, partitions and their ends
   * @param tail how many records before the end of each partition are read before it is ready
   */
  public TopicFeed(
      KafkaSettings kafka,
      Duration checkInterval,
      long tail,
      MonitoredRuns runs,
      MeterRegistry metrics) {
    this.kafka = kafka;
    this.checkInterval = checkInterval;
    this.tail = tail;
    this.runs = runs;
    this.dispatcher = new RecordDispatcher(runs, InstantSource.system(), metrics);
  }

  /** Begins to read. */
  public void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends reading. */
  public void stop() {
    stopping.countDown();
    try {
      thread.join(STOP.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How the feed is doing. */
  public FeedStatus status() {
    return new FeedStatus(
        caughtUp,
        new HistoryProgress(historyComplete, caughtUp ? backlog.readShare() : 0),
        brokerReachable,
        catchUp.missing().stream().map(Topic::topicName).toList(),
        dispatcher.count(Disposition.TAKEN),
        dispatcher.count(Disposition.FENCED),
        dispatcher.count(Disposition.IGNORED),
        dispatcher.unreadable());
  }

  private void run() {
    while (running()) {
      try (Consumer<String, byte[]> newest = consumer("isotherm-monitor");
          Consumer<String, byte[]> oldest = consumer("isotherm-monitor-history")) {
        read(
            new LiveReader(newest, catchUp, backlog, dispatcher, InstantSource.system(), tail),
            new HistoryReader(oldest, backlog, dispatcher));
      } catch (RuntimeException e) {
        lost(e);
        sleep(RETRY);
      }
    }
  }

  private void read(LiveReader live, HistoryReader history) {
    long nextLook = System.nanoTime();
    long nextTelling = nextLook;
    while (running()) {
      if (System.nanoTime() - nextLook >= 0) {
        look(live);
        nextLook = System.nanoTime() + (caughtUp ? checkInterval : WHILE_STARTING).toNanos();
      }
      if (!live.hasTopics()) {
        sleep(WHILE_STARTING);
        continue;
      }
      boolean filling = caughtUp && !backlog.isEmpty();
      live.poll(filling ? Duration.ZERO : POLL);
      if (filling) {
        history.turn();
        if (System.nanoTime() - nextTelling >= 0) {
          runs.tellFilled();
          nextTelling = System.nanoTime() + TELL.toNanos();
        }
      }
      noteMilestones();
    }
  }

  private void noteMilestones() {
    if (!caughtUp && catchUp.isDone()) {
      runs.live();
      caughtUp = true;
      LOG.infof(
          "caught up with the broker records=%d millis=%d",
          dispatcher.count(Disposition.TAKEN), millisSinceStart());
    }
    if (caughtUp && !historyComplete && backlog.isEmpty()) {
      runs.historyRead();
      historyComplete = true;
      LOG.infof(
          "history read records=%d millis=%d",
          dispatcher.count(Disposition.TAKEN), millisSinceStart());
    }
    if (caughtUp) {
      catchUp.heardAllUpTo().ifPresent(runs::heardAllUpTo);
    }
  }

  private long millisSinceStart() {
    return Duration.ofNanos(System.nanoTime() - startedAt).toMillis();
  }

  private void look(LiveReader live) {
    try {
      live.look();
      if (!brokerReachable) {
        brokerReachable = true;
        LOG.info("the broker answers");
      }
    } catch (TimeoutException e) {
      lost(e);
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

  private Consumer<String, byte[]> consumer(String clientId) {
    return KafkaClients.reader(kafka, clientId, Map.of());
  }
}
