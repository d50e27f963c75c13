package io.isotherm.scheduler;

import io.isotherm.contracts.run.RunDescription;
import io.isotherm.scheduler.rules.News;
import io.isotherm.scheduler.rules.OpenStep;
import io.isotherm.scheduler.rules.RunState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The states of one task's runs: decoded in memory, as far as they fit, and written through to two
 * stores, so that an outcome costs a small record and not the whole run. {@value #HEADS} has each
 * run's state without its open steps, {@value #NEWS} has for each layer what is in of it at open
 * steps. The memory is never ahead of the stores, and a task that is opened again starts with an
 * empty one.
 *
 * <p>News of decided steps is not deleted but passed over, and replaced by the layer's next one; it
 * is deleted with its incarnation.
 */
final class RunMemory {

  /** Of the store of runs and, with the application's id before it, of its changelog. */
  static final String HEADS = "runs";

  /** Of the store of layers, likewise; its keys are {@code run/layer}. */
  static final String NEWS = "news";

  private final KeyValueStore<String, RunState> heads;
  private final KeyValueStore<String, LayerNews> news;
  private final int maxLayers;
  private final Map<String, RunState> memory = new LinkedHashMap<>(16, 0.75f, true);
  private long layersInMemory;

  /**
   * Over the stores of a task that has just been opened.
   *
   * @param maxLayers how many layers the runs in memory may have together, each once more for every
   *     shadow that remembers its past
   */
  RunMemory(
      KeyValueStore<String, RunState> heads, KeyValueStore<String, LayerNews> news, int maxLayers) {
    this.heads = heads;
    this.news = news;
    this.maxLayers = maxLayers;
  }

  /** The state of a run; {@link RunState#EMPTY} if nothing is known of it. */
  RunState get(String run) {
    RunState known = memory.get(run);
    if (known != null) {
      return known;
    }
    RunState head = heads.get(run);
    if (head == null) {
      return RunState.EMPTY;
    }
    RunState whole = whole(run, head, news);
    if (!head.open().isEmpty()) {
      // The first releases kept open steps there.
      writeNews(run, RunState.EMPTY, whole, layers(whole));
      heads.put(run, whole.withOpen(Collections.emptySortedMap(), whole.changedAtMillis()));
    }
    remember(run, whole);
    return whole;
  }

  /**
   * Replaces a run's state.
   *
   * @param before what {@link #get} has answered
   * @param touched the layers that may have news at steps that are open in {@code after}
   */
  void put(String run, RunState before, RunState after, Collection<String> touched) {
    if (after.equals(RunState.EMPTY)) {
      delete(run);
      return;
    }
    boolean over =
        before.incarnation() != after.incarnation() || (before.isRunning() && !after.isRunning());
    if (over) {
      deleteNews(run);
    }
    writeNews(run, over ? RunState.EMPTY : before, after, touched);
    RunState head = after.withOpen(Collections.emptySortedMap(), after.changedAtMillis());
    if (!head.equals(before.withOpen(Collections.emptySortedMap(), after.changedAtMillis()))) {
      heads.put(run, head);
    }
    forget(run);
    remember(run, after);
  }

  /** Drops a run's state. */
  void delete(String run) {
    heads.delete(run);
    deleteNews(run);
    forget(run);
  }

  /** The states of all runs, which are all read once. */
  void forEach(BiConsumer<String, RunState> action) {
    forEach(heads, news, action);
  }

  /** The states of all runs as the stores have them. */
  static void forEach(
      ReadOnlyKeyValueStore<String, RunState> heads,
      ReadOnlyKeyValueStore<String, LayerNews> news,
      BiConsumer<String, RunState> action) {
    try (KeyValueIterator<String, RunState> runs = heads.all()) {
      while (runs.hasNext()) {
        KeyValue<String, RunState> run = runs.next();
        action.accept(run.key, whole(run.key, run.value, news));
      }
    }
  }

  /** All layers of a run, for {@link #put} where nobody knows better. */
  static List<String> layers(RunState state) {
    return state.open().values().stream()
        .flatMap(step -> step.news().keySet().stream())
        .distinct()
        .toList();
  }

  /** The state of a run as the stores have it; empty if nothing is known of it. */
  static Optional<RunState> read(
      String run,
      ReadOnlyKeyValueStore<String, RunState> heads,
      ReadOnlyKeyValueStore<String, LayerNews> news) {
    return Optional.ofNullable(heads.get(run)).map(head -> whole(run, head, news));
  }

  private static RunState whole(
      String run, RunState head, ReadOnlyKeyValueStore<String, LayerNews> news) {
    if (!head.isRunning()) {
      return head;
    }
    Map<Long, Integer> epochs = new TreeMap<>();
    SortedMap<Long, SortedMap<String, News>> steps = new TreeMap<>();
    head.open()
        .forEach(
            (step, open) -> {
              epochs.put(step, open.epoch());
              steps.put(step, new TreeMap<>(open.news()));
            });
    String prefix = key(run, "");
    try (var found = news.prefixScan(prefix, new StringSerializer())) {
      while (found.hasNext()) {
        KeyValue<String, LayerNews> layer = found.next();
        String name = layer.key.substring(prefix.length());
        for (LayerNews.Entry entry : layer.value.open()) {
          if (entry.step() > head.closedThrough()) {
            epochs.put(entry.step(), entry.epoch());
            steps.computeIfAbsent(entry.step(), at -> new TreeMap<>()).put(name, entry.news());
          }
        }
      }
    }
    SortedMap<Long, OpenStep> open = new TreeMap<>();
    steps.forEach((step, in) -> open.put(step, new OpenStep(epochs.get(step), in)));
    return head.withOpen(open, head.changedAtMillis());
  }

  private void writeNews(String run, RunState before, RunState after, Collection<String> layers) {
    for (String layer : layers) {
      LayerNews now = LayerNews.of(layer, after.open());
      if (!LayerNews.of(layer, before.open()).open().containsAll(now.open())) {
        news.put(key(run, layer), now);
      }
    }
  }

  private void deleteNews(String run) {
    List<String> keys = new ArrayList<>();
    try (var found = news.prefixScan(key(run, ""), new StringSerializer())) {
      found.forEachRemaining(layer -> keys.add(layer.key));
    }
    keys.forEach(news::delete);
  }

  private void remember(String run, RunState state) {
    memory.put(run, state);
    layersInMemory += weight(state);
    var eldest = memory.entrySet().iterator();
    while (layersInMemory > maxLayers && eldest.hasNext()) {
      layersInMemory -= weight(eldest.next().getValue());
      eldest.remove();
    }
  }

  private void forget(String run) {
    RunState known = memory.remove(run);
    if (known != null) {
      layersInMemory -= weight(known);
    }
  }

  /** A shadow that remembers its past counts as much as the run itself. */
  private static int weight(RunState state) {
    int layers = state.description().map(RunDescription::layers).map(List::size).orElse(0);
    return 1 + state.waiting().size() + layers * (1 + state.shadowTracks().size());
  }

  private static String key(String run, String layer) {
    return run + "/" + layer;
  }
}
