package io.isotherm.scheduler;

import io.isotherm.contracts.decision.Decision;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The newest decisions of each run, as they were published: a ring of so many places in a store of
 * its own. Nothing is decided from them.
 */
final class RecentDecisions {

  /** Of the state store and, with the application's id before it, of the changelog. */
  static final String STORE = "decisions";

  /** No run has it in its name. */
  private static final String SEPARATOR = "/";

  /** Of how many layers the decisions of a run may be together, since they are shown together. */
  private static final int MAX_LAYERS = 100_000;

  private final KeyValueStore<String, byte[]> store;
  private final int places;

  /**
   * Over one task's store.
   *
   * @param places how many decisions of a run are kept, fewer of runs of very many layers; 0 for
   *     none
   */
  RecentDecisions(KeyValueStore<String, byte[]> store, int places) {
    this.store = store;
    this.places = places;
  }

  /** Keeps {@code decision} in the place of the oldest one. */
  void keep(Decision decision, byte[] json) {
    if (places > 0) {
      int fitting = Math.max(1, MAX_LAYERS / decision.layers().size());
      long place = decision.revision() % Math.min(places, fitting);
      store.put(decision.run() + SEPARATOR + place, json);
    }
  }

  /** Forgets a run. */
  void drop(String run) {
    List<String> keys = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> kept = of(store, run)) {
      kept.forEachRemaining(entry -> keys.add(entry.key));
    }
    keys.forEach(store::delete);
  }

  /** The kept decisions of a run as JSON, in no order. */
  static List<byte[]> read(ReadOnlyKeyValueStore<String, byte[]> store, String run) {
    List<byte[]> decisions = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> kept = of(store, run)) {
      kept.forEachRemaining(entry -> decisions.add(entry.value));
    }
    return decisions;
  }

  private static KeyValueIterator<String, byte[]> of(
      ReadOnlyKeyValueStore<String, byte[]> store, String run) {
    return store.prefixScan(run + SEPARATOR, new StringSerializer());
  }
}
