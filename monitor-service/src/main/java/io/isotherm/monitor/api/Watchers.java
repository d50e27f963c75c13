package io.isotherm.monitor.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.isotherm.checks.Checks;
import io.isotherm.monitor.MonitorConfig;
import io.isotherm.monitor.view.RunEvent;
import io.isotherm.monitor.view.RunListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Who watches which run. Each watcher has a queue of bounded length; whoever lets it overflow is
 * disconnected, reconnects and reads the run anew.
 */
@ApplicationScoped
public class Watchers implements RunListener {

  /**
   * One event on its way to a client.
   *
   * @param name the event's type
   * @param json its data, in one line
   */
  record Event(String name, String json) {}

  /**
   * One client.
   *
   * @param run that it watches
   * @param emitter of its events
   * @param waiting how many events it has not taken yet
   * @param disconnect cuts it off
   */
  private record Watcher(
      String run,
      MultiEmitter<? super Event> emitter,
      AtomicInteger waiting,
      Runnable disconnect) {}

  private static final Logger LOG = Logger.getLogger(Watchers.class);
  private static final Event ALIVE = new Event("alive", "{}");

  private final Map<String, Set<Watcher>> byRun = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private Cancellable ticks = () -> {};
  private final MonitorConfig config;
  private final ObjectMapper json;
  private final Event hello;
  private final Counter dropped;

  /** Nobody watches yet. */
  public Watchers(MonitorConfig config, ObjectMapper json, MeterRegistry metrics) {
    Checks.requirePositive("isotherm.monitor.watcher-queue", config.watcherQueue());
    this.config = config;
    this.json = json;
    this.hello = new Event("hello", "{\"keepAliveMillis\":" + config.keepAlive().toMillis() + "}");
    this.dropped =
        Counter.builder("isotherm.monitor.watchers.dropped")
            .description("Clients disconnected because they did not keep up")
            .register(metrics);
    metrics.gauge("isotherm.monitor.watchers", open);
  }

  void start(@Observes StartupEvent event) {
    ticks = Multi.createFrom().ticks().every(config.keepAlive()).subscribe().with(n -> keepAlive());
  }

  void stop(@Observes ShutdownEvent event) {
    ticks.cancel();
    byRun.values().forEach(watchers -> watchers.forEach(watcher -> watcher.emitter().complete()));
  }

  /**
   * The events of a run from now on, {@code hello} first.
   *
   * @param disconnect cuts off the client, which is too slow; must not wait
   * @throws TooManyWatchersException if no more can be served
   */
  Multi<Event> watch(String run, Runnable disconnect) {
    if (open.get() >= config.maxWatchers()) {
      throw new TooManyWatchersException(config.maxWatchers());
    }
    AtomicInteger waiting = new AtomicInteger();
    return Multi.createFrom()
        .<Event>emitter(emitter -> join(new Watcher(run, emitter, waiting, disconnect)))
        .onItem()
        .invoke(event -> waiting.decrementAndGet());
  }

  @Override
  public boolean wants(String run) {
    return byRun.containsKey(run);
  }

  @Override
  public void changed(RunEvent update) {
    Set<Watcher> watchers = byRun.get(update.head().run());
    if (watchers == null) {
      return;
    }
    String name = update.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    Event event;
    try {
      event = new Event(name, json.writeValueAsString(update));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    watchers.forEach(watcher -> offer(watcher, event));
  }

  private void offer(Watcher watcher, Event event) {
    if (watcher.waiting().incrementAndGet() <= config.watcherQueue()) {
      watcher.emitter().emit(event);
    } else if (leave(watcher)) {
      dropped.increment();
      LOG.infof("watcher disconnected run=%s reason=\"it does not keep up\"", watcher.run());
      watcher.disconnect().run();
    }
  }

  private void join(Watcher watcher) {
    open.incrementAndGet();
    byRun.compute(
        watcher.run(),
        (run, watchers) -> {
          Set<Watcher> all = watchers == null ? ConcurrentHashMap.newKeySet() : watchers;
          all.add(watcher);
          return all;
        });
    watcher.emitter().onTermination(() -> leave(watcher));
    offer(watcher, hello);
  }

  /** Forgets a watcher; false if it was forgotten before. */
  private boolean leave(Watcher watcher) {
    AtomicBoolean left = new AtomicBoolean();
    byRun.computeIfPresent(
        watcher.run(),
        (run, watchers) -> {
          left.set(watchers.remove(watcher));
          return watchers.isEmpty() ? null : watchers;
        });
    if (left.get()) {
      open.decrementAndGet();
    }
    return left.get();
  }

  private void keepAlive() {
    byRun.values().forEach(watchers -> watchers.forEach(watcher -> offer(watcher, ALIVE)));
  }
}
