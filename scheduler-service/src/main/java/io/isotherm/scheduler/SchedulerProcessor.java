package io.isotherm.scheduler;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.isotherm.checks.Names;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.RunTombstones;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.refusal.RefusalGate;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.scheduler.rules.Event;
import io.isotherm.scheduler.rules.RunRules;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jboss.logging.Logger;

/** Records in, an event for {@link RunRules}, records out. What is decided is not decided here. */
final class SchedulerProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  static final String DECISIONS = "learning-rates";
  static final String SHADOW_DECISIONS = "shadow-decisions";
  static final String RUNS = "restated-descriptions";
  static final String REFUSALS = "refusals";
  static final String DEAD_LETTERS = "dead-letters";

  private static final int SWEEPS_PER_RETENTION = 24;

  private static final Logger LOG = Logger.getLogger(SchedulerProcessor.class);

  private final RunRules rules;
  private final SchedulerConfig config;
  private final SchedulerMetrics metrics;
  private final BooleanSupplier listening;
  private final Deadlines deadlines;
  private final Leases leases;
  private final KeyPlacement placement;
  private final ToldRates rates = new ToldRates();
  private final RefusalGate refusals = new RefusalGate();
  private final RefusalGate misplacedLines = new RefusalGate();
  private ProcessorContext<byte[], byte[]> context;
  private RunMemory runs;
  private RecentDecisions recent;
  private boolean clocksRun;

  SchedulerProcessor(
      RunRules rules,
      SchedulerConfig config,
      Duration lease,
      SchedulerMetrics metrics,
      BooleanSupplier listening,
      KeyPlacement placement) {
    this.rules = rules;
    this.config = config;
    this.metrics = metrics;
    this.listening = listening;
    this.placement = placement;
    this.deadlines = new Deadlines(config.decisionDeadline());
    this.leases = new Leases(lease, config.checkInterval());
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> processorContext) {
    context = processorContext;
    runs =
        new RunMemory(
            context.getStateStore(RunMemory.RUNS),
            context.getStateStore(RunMemory.LAYERS),
            config.layersInMemory());
    clocksRun = false;
    recent =
        new RecentDecisions(context.getStateStore(RecentDecisions.STORE), config.decisionsKept());
    every(config.checkInterval(), this::lookAtClocks);
    every(sweepInterval(), this::forgetRuns);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    String key = record.key() == null ? null : new String(record.key(), UTF_8);
    HeaderSource headers = KafkaRecords.headers(record.headers());
    RecordMetadata from = context.recordMetadata().orElseThrow();
    Optional<String> misplaced =
        Names.isRun(key) ? placement.fault(from, key, record.key()) : Optional.empty();
    if (misplaced.isPresent()) {
      misplaced(record, key, from, misplaced.get());
      return;
    }
    Event event;
    try {
      event = EventReader.read(from.topic(), key, headers, record.value());
    } catch (InvalidMessageException e) {
      LOG.warnf(
          "record cannot be read topic=%s partition=%d offset=%d reason=\"%s\"",
          from.topic(), from.partition(), from.offset(), e.getMessage());
      putAside(record, key, from, e.getMessage());
      unreadable(from.topic(), key, e.getMessage())
          .ifPresent(
              refusal ->
                  tell(
                      refusal.ofRecord(from.topic(), from.partition(), from.offset()),
                      "unreadable"));
      return;
    }
    apply(key, event, record.timestamp(), traceparent(record));
  }

  /** The trainer's records and its outcomes would never meet: nothing of it is used. */
  private void misplaced(
      Record<byte[], byte[]> record, String run, RecordMetadata from, String reason) {
    Refusal refusal =
        Refusal.ofRun(run, Refusal.Service.SCHEDULER, reason)
            .ofRecord(from.topic(), from.partition(), from.offset());
    if (misplacedLines.lets(refusal, "misplaced", context.currentSystemTimeMs())) {
      LOG.warnf(
          "record in the wrong partition run=%s topic=%s partition=%d offset=%d reason=\"%s\"",
          run, from.topic(), from.partition(), from.offset(), reason);
    }
    putAside(record, run, from, reason);
    tell(refusal, "misplaced");
  }

  private void putAside(
      Record<byte[], byte[]> record, String key, RecordMetadata from, String reason) {
    UnreadableRecord unreadable =
        new UnreadableRecord(from, key, KafkaRecords.headers(record.headers()), record.value());
    forward(unreadable.deadLetter(reason), record.timestamp(), DEAD_LETTERS);
    metrics.countDeadLetter();
  }

  /** What trainers write, under a key that names their run; services write the other topics. */
  private static Optional<Refusal> unreadable(String topic, String key, String reason) {
    if (!Names.isRun(key)) {
      return Optional.empty();
    }
    if (topic.equals(Topic.RUNS.topicName())) {
      return Optional.of(Refusal.ofRun(key, Refusal.Service.SCHEDULER, reason));
    }
    return topic.equals(Topic.PROGRESS.topicName())
        ? Optional.of(Refusal.ofProgress(key, Refusal.Service.SCHEDULER, reason))
        : Optional.empty();
  }

  private void tell(Refusal refusal, String kind) {
    long now = context.currentSystemTimeMs();
    if (refusals.lets(refusal, kind, now)) {
      forward(Messages.REFUSALS.encode(refusal), now, REFUSALS);
      metrics.countRefusal();
    }
  }

  private void apply(String run, Event event, long timestamp, Optional<String> traceparent) {
    long now = context.currentSystemTimeMs();
    RunState before = runs.get(run);
    Transition transition = rules.apply(before, event, rates.of(run, before.incarnation()), now);
    RunState after = transition.state();
    if (!after.equals(before)) {
      runs.put(run, before, after, touched(event, after));
      if (after.equals(RunState.EMPTY)) {
        recent.drop(run);
      }
      deadlines.follow(run, after, now);
    }
    followLease(run, event, before, after);
    rates.follow(run, event, after);
    for (Transition.Made made : transition.decisions()) {
      publish(made, timestamp, traceparent);
    }
    transition
        .restated()
        .ifPresent(
            description -> {
              forward(Messages.RUNS.encode(description), timestamp, RUNS);
              LOG.infof(
                  "description published again run=%s incarnation=%d",
                  run, description.incarnation());
            });
    transition.refusals().forEach(refused -> tell(refused.refusal(), refused.kind().tag()));
    transition.withheld().forEach(reason -> LOG.warnf("decision withheld %s", reason));
    transition
        .dropped()
        .forEach(reason -> LOG.debugf("dropped run=%s reason=\"%s\"", run, reason.tag()));
    metrics.count(transition);
  }

  private void followLease(String run, Event event, RunState before, RunState after) {
    if (!after.isRunning()) {
      leases.forget(run);
    } else if (event.spokenBy().orElse(-1) >= after.incarnation()) {
      leases.heard(run);
    }
    if (!before.isLost() && after.isLost()) {
      LOG.warnf(
          "run lost run=%s incarnation=%d step=%d reason=\"its trainer is silent\"",
          run, after.incarnation(), after.steps().closedThrough());
    } else if (before.isLost() && after.isRunning() && !after.isLost()) {
      LOG.infof("run is back run=%s incarnation=%d", run, after.incarnation());
    }
  }

  /** An event that brings no finding changes no layer's record. */
  private static Collection<String> touched(Event event, RunState after) {
    if (event instanceof Event.Arrived arrived) {
      return List.of(arrived.arrival().layer());
    }
    return event instanceof Event.Described ? RunMemory.layersOf(after) : List.of();
  }

  private void publish(Transition.Made made, long timestamp, Optional<String> traceparent) {
    Decision decision = made.decision();
    boolean counts = decision.shadow().isEmpty();
    WireRecord encoded =
        (counts ? Messages.LEARNING_RATES : Messages.SHADOW_DECISIONS).encode(decision);
    forward(
        traceparent.map(id -> encoded.withHeader(WireRecord.TRACEPARENT, id)).orElse(encoded),
        timestamp,
        counts ? DECISIONS : SHADOW_DECISIONS);
    if (!counts) {
      return;
    }
    recent.keep(decision, encoded.value());
    LOG.infof(
        "decided run=%s incarnation=%d step=%d revision=%d reason=\"%s, %d layers missing\"",
        decision.run(),
        decision.incarnation(),
        decision.step(),
        decision.revision(),
        made.trigger().tag(),
        decision.missing().size());
  }

  private void forward(WireRecord out, long timestamp, String sink) {
    context.forward(
        new Record<>(out.key().getBytes(UTF_8), out.value(), timestamp, KafkaRecords.headers(out)),
        sink);
  }

  private void lookAtClocks(long nowMillis) {
    if (!clocksRun) {
      startClocks(nowMillis);
      clocksRun = true;
    }
    deadlines.passed(nowMillis).forEach((run, due) -> apply(run, due, nowMillis, Optional.empty()));
    leases.tick(nowMillis, listening.getAsBoolean());
    for (String run : leases.expired()) {
      if (!runs.get(run).isLost()) {
        apply(run, new Event.LeaseExpired(), nowMillis, Optional.empty());
      }
    }
  }

  /** Not in {@code init}, where the context's own time is still 0. */
  private void startClocks(long nowMillis) {
    leases.start(nowMillis);
    runs.forEach(
        (run, state) -> {
          deadlines.follow(run, state, nowMillis);
          if (state.isRunning()) {
            leases.heard(run);
          }
        });
  }

  private void forgetRuns(long nowMillis) {
    List<String> ended = new ArrayList<>();
    Map<String, Long> lost = new TreeMap<>();
    runs.forEachWithoutLayers(
        (run, state) -> {
          if (RunRules.isForgettable(state, config.runRetention(), nowMillis)) {
            ended.add(run);
          } else if (RunRules.isLostFor(state, config.lostRetention(), nowMillis)
              && leases.isExpired(run)) {
            lost.put(run, state.incarnation());
          }
        });
    ended.forEach(run -> forget(run, "retention"));
    lost.forEach(
        (run, incarnation) -> {
          forget(run, "lost");
          forward(RunTombstones.encode(run, incarnation), nowMillis, RUNS);
        });
  }

  private void forget(String run, String reason) {
    runs.delete(run);
    recent.drop(run);
    leases.forget(run);
    LOG.infof("state dropped run=%s reason=\"%s\"", run, reason);
  }

  private Duration sweepInterval() {
    Duration shorter =
        config.runRetention().compareTo(config.lostRetention()) < 0
            ? config.runRetention()
            : config.lostRetention();
    Duration sweep = shorter.dividedBy(SWEEPS_PER_RETENTION);
    return sweep.compareTo(config.checkInterval()) > 0 ? sweep : config.checkInterval();
  }

  private void every(Duration interval, Punctuator action) {
    context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, action);
  }

  private static Optional<String> traceparent(Record<?, ?> record) {
    Header header = record.headers().lastHeader(WireRecord.TRACEPARENT);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), UTF_8));
  }
}
