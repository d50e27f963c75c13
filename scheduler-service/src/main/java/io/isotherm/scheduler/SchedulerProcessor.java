package io.isotherm.scheduler;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.DeadLetters;
import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.scheduler.rules.Arrival;
import io.isotherm.scheduler.rules.Event;
import io.isotherm.scheduler.rules.RunRules;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jboss.logging.Logger;

/** Records in, an event for {@link RunRules}, records out. What is decided is not decided here. */
final class SchedulerProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  static final String DECISIONS = "learning-rates";
  static final String SHADOW_DECISIONS = "shadow-decisions";
  static final String DEAD_LETTERS = "dead-letters";

  /** With less than this, a dead letter fits into a broker's default limits. */
  private static final int MAX_DEAD_LETTER_BYTES = 900_000;

  private static final int SWEEPS_PER_RETENTION = 24;

  private static final Logger LOG = Logger.getLogger(SchedulerProcessor.class);

  private final RunRules rules;
  private final SchedulerConfig config;
  private final SchedulerMetrics metrics;
  private final Deadlines deadlines;
  private ProcessorContext<byte[], byte[]> context;
  private RunMemory runs;
  private KeptDecisions kept;
  private boolean clocksRun;

  SchedulerProcessor(RunRules rules, SchedulerConfig config, SchedulerMetrics metrics) {
    this.rules = rules;
    this.config = config;
    this.metrics = metrics;
    this.deadlines = new Deadlines(config.decisionDeadline());
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> processorContext) {
    context = processorContext;
    runs =
        new RunMemory(
            context.getStateStore(RunMemory.HEADS),
            context.getStateStore(RunMemory.NEWS),
            config.layersInMemory());
    clocksRun = false;
    kept = new KeptDecisions(context.getStateStore(KeptDecisions.STORE), config.decisionsKept());
    context.schedule(
        config.checkInterval(), PunctuationType.WALL_CLOCK_TIME, this::decideWhatIsDue);
    Duration sweep = config.runRetention().dividedBy(SWEEPS_PER_RETENTION);
    context.schedule(
        sweep.compareTo(config.checkInterval()) > 0 ? sweep : config.checkInterval(),
        PunctuationType.WALL_CLOCK_TIME,
        this::forgetEndedRuns);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    String key = record.key() == null ? null : new String(record.key(), UTF_8);
    HeaderSource headers = sink -> record.headers().forEach(h -> sink.accept(h.key(), h.value()));
    RecordMetadata from = context.recordMetadata().orElseThrow();
    Event event;
    try {
      event = read(from.topic(), key, headers, record.value());
    } catch (InvalidMessageException e) {
      LOG.warnf(
          "record cannot be read: topic=%s partition=%d offset=%d reason=%s",
          from.topic(), from.partition(), from.offset(), e.getMessage());
      forward(deadLetter(from, key, headers, record.value(), e), record.timestamp(), DEAD_LETTERS);
      metrics.countDeadLetter();
      return;
    }
    apply(key, event, record.timestamp(), traceparent(record));
  }

  private static Event read(String topic, String key, HeaderSource headers, byte[] value)
      throws InvalidMessageException {
    if (topic.equals(Topic.SPECTRA.topicName())) {
      return new Event.Arrived(Arrival.of(Messages.SPECTRA.decode(key, headers, value)));
    }
    if (topic.equals(Topic.CONTROLS.topicName())) {
      return new Event.Controlled(Messages.CONTROLS.decode(key, headers, value));
    }
    return value == null && key != null
        ? new Event.Deleted()
        : new Event.Described(Messages.RUNS.decode(key, headers, value));
  }

  private void apply(String run, Event event, long timestamp, Optional<String> traceparent) {
    long now = context.currentSystemTimeMs();
    RunState before = runs.get(run);
    Transition transition = rules.apply(before, event, now);
    RunState after = transition.state();
    if (!after.equals(before)) {
      runs.put(run, before, after, touched(event, after));
      if (after.equals(RunState.EMPTY)) {
        kept.drop(run);
      }
      deadlines.follow(run, after, now);
    }
    for (Transition.Made made : transition.decisions()) {
      publish(made, timestamp, traceparent);
    }
    transition.withheld().forEach(reason -> LOG.warnf("decision withheld: %s", reason));
    transition
        .dropped()
        .forEach(reason -> LOG.debugf("dropped: run=%s reason=%s", run, reason.tag()));
    metrics.count(transition);
  }

  private static Collection<String> touched(Event event, RunState after) {
    return event instanceof Event.Arrived arrived
        ? List.of(arrived.arrival().layer())
        : RunMemory.layers(after);
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
    kept.keep(decision, encoded.value());
    LOG.infof(
        "decided: run=%s incarnation=%d step=%d revision=%d missing=%d reason=%s",
        decision.run(),
        decision.incarnation(),
        decision.step(),
        decision.revision(),
        decision.missing().size(),
        made.trigger().tag());
  }

  private void forward(WireRecord out, long timestamp, String sink) {
    RecordHeaders headers = new RecordHeaders();
    out.headers().forEach(headers::add);
    context.forward(new Record<>(out.key().getBytes(UTF_8), out.value(), timestamp, headers), sink);
  }

  /** As the record came, or without key, headers and value where those are too large. */
  private static WireRecord deadLetter(
      RecordMetadata from,
      String key,
      HeaderSource headers,
      byte[] value,
      InvalidMessageException e) {
    long[] size = {value == null ? 0 : value.length};
    size[0] += key == null ? 0 : key.length();
    headers.forEach((name, bytes) -> size[0] += name.length() + (bytes == null ? 0 : bytes.length));
    return size[0] <= MAX_DEAD_LETTER_BYTES
        ? DeadLetters.encode(
            from.topic(), from.partition(), from.offset(), key, headers, value, e.getMessage())
        : DeadLetters.encode(
            from.topic(),
            from.partition(),
            from.offset(),
            null,
            sink -> {},
            null,
            "%s (its %d bytes are left out)".formatted(e.getMessage(), size[0]));
  }

  private void decideWhatIsDue(long nowMillis) {
    if (!clocksRun) {
      startClocks(nowMillis);
      clocksRun = true;
    }
    deadlines.passed(nowMillis).forEach((run, due) -> apply(run, due, nowMillis, Optional.empty()));
  }

  /** Not in {@code init}, where the context's own time is still 0. */
  private void startClocks(long nowMillis) {
    runs.forEach((run, state) -> deadlines.follow(run, state, nowMillis));
  }

  private void forgetEndedRuns(long nowMillis) {
    List<String> forgettable = new ArrayList<>();
    runs.forEach(
        (run, state) -> {
          if (RunRules.isForgettable(state, config.runRetention(), nowMillis)) {
            forgettable.add(run);
          }
        });
    for (String run : forgettable) {
      runs.delete(run);
      kept.drop(run);
      LOG.infof("state dropped: run=%s reason=retention", run);
    }
  }

  private static Optional<String> traceparent(Record<?, ?> record) {
    Header header = record.headers().lastHeader(WireRecord.TRACEPARENT);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), UTF_8));
  }
}
