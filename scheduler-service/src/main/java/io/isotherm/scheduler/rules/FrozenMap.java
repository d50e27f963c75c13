package io.isotherm.scheduler.rules;

import java.util.SortedMap;
import org.pcollections.TreePMap;

/**
 * Sorted maps that nobody can change any more. States that follow one another share what stays the
 * same, so that an outcome neither copies nor compares what it does not touch, however many layers
 * a run has.
 */
final class FrozenMap {

  private FrozenMap() {}

  /** The map itself if it is frozen, and otherwise a copy. */
  static <K, V> SortedMap<K, V> of(SortedMap<K, V> map) {
    return frozen(map);
  }

  /** The map with one more entry. */
  static <K, V> SortedMap<K, V> with(SortedMap<K, V> map, K key, V value) {
    return frozen(map).plus(key, value);
  }

  private static <K, V> TreePMap<K, V> frozen(SortedMap<K, V> map) {
    return map instanceof TreePMap<K, V> already ? already : TreePMap.fromSortedMap(map);
  }
}
