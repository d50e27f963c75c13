package io.isotherm.scheduler.rules;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A sorted map that nobody can change any more. States that follow one another share those that
 * stay the same, so that an outcome neither copies nor compares what it does not touch.
 */
@SuppressWarnings(
    "JdkObsolete") // What the states are made of is a SortedMap to Jackson and to all.
final class FrozenMap<K, V> extends AbstractMap<K, V> implements SortedMap<K, V> {

  private final SortedMap<K, V> view;

  private FrozenMap(SortedMap<K, V> owned) {
    this.view = Collections.unmodifiableSortedMap(owned);
  }

  /** The map itself if it is frozen, and otherwise a copy. */
  static <K, V> SortedMap<K, V> of(SortedMap<K, V> map) {
    return map instanceof FrozenMap ? map : new FrozenMap<>(new TreeMap<>(map));
  }

  /** A copy with one more entry. */
  static <K, V> SortedMap<K, V> with(SortedMap<K, V> map, K key, V value) {
    SortedMap<K, V> more = new TreeMap<>(map);
    more.put(key, value);
    return new FrozenMap<>(more);
  }

  @Override
  public int size() {
    return view.size();
  }

  @Override
  public V get(Object key) {
    return view.get(key);
  }

  @Override
  public boolean containsKey(Object key) {
    return view.containsKey(key);
  }

  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return view.entrySet();
  }

  @Override
  public Comparator<? super K> comparator() {
    return view.comparator();
  }

  @Override
  public SortedMap<K, V> subMap(K from, K to) {
    return view.subMap(from, to);
  }

  @Override
  public SortedMap<K, V> headMap(K to) {
    return view.headMap(to);
  }

  @Override
  public SortedMap<K, V> tailMap(K from) {
    return view.tailMap(from);
  }

  @Override
  public K firstKey() {
    return view.firstKey();
  }

  @Override
  public K lastKey() {
    return view.lastKey();
  }
}
