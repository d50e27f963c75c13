package io.isotherm.scheduler;

import io.isotherm.contracts.run.RunDescription;
import io.isotherm.scheduler.rules.LayerAlpha;
import io.isotherm.scheduler.rules.LayerFinding;
import io.isotherm.scheduler.rules.OpenStep;
import io.isotherm.scheduler.rules.RunState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The states of one task's runs: decoded in memory, as far as they fit, and written through to two
 * stores, so that an outcome costs a small record and not the whole run. {@value #RUNS} has each
 * run's state without its layers, {@value #LAYERS} has for each layer what is known of it and what
 * is in of it at open steps. The memory is never ahead of the stores, and a task that is opened
 * again starts with an empty one.
 *
 * <p>To decide a step writes none of its layers: their records already have what becomes known.
 */
final class RunMemory {

  /** Of the store of runs and, with the application's id before it, of its changelog. */
  static final String RUNS = "runs";

  /** Of the store of layers, likewise; its keys are {@code run/layer}. */
  static final String LAYERS = "news";

  private final KeyValueStore<String, StoredRun> runs;
  private final KeyValueStore<String, LayerRecord> layers;
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
      KeyValueStore<String, StoredRun> runs,
      KeyValueStore<String, LayerRecord> layers,
      int maxLayers) {
    this.runs = runs;
    this.layers = layers;
    this.maxLayers = maxLayers;
  }

  /** The state of a run; {@link RunState#EMPTY} if nothing is known of it. */
  RunState get(String run) {
    RunState known = memory.get(run);
    if (known != null) {
      return known;
    }
    StoredRun stored = runs.get(run);
    if (stored == null) {
      return RunState.EMPTY;
    }
    RunState whole = whole(run, stored, layers);
    if (!stored.state().withoutLayers().equals(stored.state())) {
      // Earlier releases kept layers there.
      writeLayers(run, RunState.EMPTY, whole, layersOf(whole));
      runs.put(run, StoredRun.of(whole));
    }
    remember(run, whole);
    return whole;
  }

  /**
   * Replaces a run's state.
   *
   * @param before what {@link #get} has answered
   * @param touched the layers that may have got a finding
   */
  void put(String run, RunState before, RunState after, Collection<String> touched) {
    if (after.equals(RunState.EMPTY)) {
      delete(run);
      return;
    }
    if (before.incarnation() != after.incarnation()) {
      deleteLayers(run);
      writeLayers(run, RunState.EMPTY, after, touched);
    } else if (before.isRunning() && !after.isRunning()) {
      deleteLayers(run);
      writeLayers(run, RunState.EMPTY, after, layersOf(after));
    } else {
      writeLayers(run, before, after, touched);
    }
    StoredRun stored = StoredRun.of(after);
    long at = after.liveness().changedAtMillis();
    if (!stored.equals(StoredRun.of(before.changedAt(at)))) {
      runs.put(run, stored);
    }
    forget(run);
    remember(run, after);
  }

  /** Drops a run's state. */
  void delete(String run) {
    runs.delete(run);
    deleteLayers(run);
    forget(run);
  }

  /** The states of all runs, which are all read once. */
  void forEach(BiConsumer<String, RunState> action) {
    forEach(runs, layers, action);
  }

  /** The states of all runs without their layers. */
  void forEachWithoutLayers(BiConsumer<String, RunState> action) {
    try (KeyValueIterator<String, StoredRun> all = runs.all()) {
      all.forEachRemaining(run -> action.accept(run.key, run.value.state()));
    }
  }

  /** The states of all runs as the stores have them. */
  static void forEach(
      ReadOnlyKeyValueStore<String, StoredRun> runs,
      ReadOnlyKeyValueStore<String, LayerRecord> layers,
      BiConsumer<String, RunState> action) {
    try (KeyValueIterator<String, StoredRun> all = runs.all()) {
      while (all.hasNext()) {
        KeyValue<String, StoredRun> run = all.next();
        action.accept(run.key, whole(run.key, run.value, layers));
      }
    }
  }

  /** All layers of which anything is known, for {@link #put} where nobody knows better. */
  static Collection<String> layersOf(RunState state) {
    TreeSet<String> all = new TreeSet<>(state.alphas().keySet());
    state.steps().open().values().forEach(step -> all.addAll(step.findings().keySet()));
    return all;
  }

  /** The state of a run as the stores have it; empty if nothing is known of it. */
  static Optional<RunState> read(
      String run,
      ReadOnlyKeyValueStore<String, StoredRun> runs,
      ReadOnlyKeyValueStore<String, LayerRecord> layers) {
    return Optional.ofNullable(runs.get(run)).map(stored -> whole(run, stored, layers));
  }

  private static RunState whole(
      String run, StoredRun stored, ReadOnlyKeyValueStore<String, LayerRecord> layers) {
    RunState state = stored.state();
    long closedThrough = state.steps().closedThrough();
    SortedMap<String, LayerAlpha> alphas = new TreeMap<>(state.alphas());
    Map<Long, Integer> epochs = new TreeMap<>();
    Map<Long, SortedMap<String, LayerFinding>> findings = new TreeMap<>();
    state
        .steps()
        .open()
        .forEach(
            (step, open) -> {
              epochs.put(step, open.epoch());
              findings.put(step, new TreeMap<>(open.findings()));
            });
    String prefix = key(run, "");
    try (var found = layers.prefixScan(prefix, new StringSerializer())) {
      while (found.hasNext()) {
        KeyValue<String, LayerRecord> layer = found.next();
        String name = layer.key.substring(prefix.length());
        // Earlier releases wrote what is known into the run's state.
        layer
            .value
            .knownAt(closedThrough)
            .ifPresent(known -> alphas.merge(name, known, (a, b) -> a.step() >= b.step() ? a : b));
        for (LayerRecord.Entry entry : layer.value.open()) {
          if (state.isRunning() && entry.step() > closedThrough) {
            epochs.put(entry.step(), entry.epoch());
            findings
                .computeIfAbsent(entry.step(), at -> new TreeMap<>())
                .put(name, entry.finding());
          }
        }
      }
    }
    SortedMap<Long, OpenStep> open = new TreeMap<>();
    findings.forEach((step, in) -> open.put(step, new OpenStep(epochs.get(step), in)));
    return state.withLayers(open, alphas);
  }

  private void writeLayers(
      String run, RunState before, RunState after, Collection<String> touched) {
    for (String layer : touched) {
      LayerRecord now = LayerRecord.of(layer, after);
      if (!now.addsNothingTo(LayerRecord.of(layer, before))) {
        layers.put(key(run, layer), now);
      }
    }
  }

  private void deleteLayers(String run) {
    List<String> keys = new ArrayList<>();
    try (var found = layers.prefixScan(key(run, ""), new StringSerializer())) {
      found.forEachRemaining(layer -> keys.add(layer.key));
    }
    keys.forEach(layers::delete);
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
    int count = state.description().map(RunDescription::layers).map(List::size).orElse(0);
    return 1 + state.waiting().size() + count * (1 + state.tracks().shadows().size());
  }

  private static String key(String run, String layer) {
    return run + "/" + layer;
  }
}
