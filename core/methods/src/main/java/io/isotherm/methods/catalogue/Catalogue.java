package io.isotherm.methods.catalogue;

import io.isotherm.checks.InvalidValueException;
import io.isotherm.checks.OneLine;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * All that a user can choose of a kind: the records of a sealed family, each as it is published,
 * and then their presets.
 *
 * @param <T> the sealed interface
 */
public final class Catalogue<T> {

  private final Class<T> family;
  private final String kind;
  private final List<Entry<T>> entries = new ArrayList<>();

  private Catalogue(Class<T> family, String kind) {
    this.family = family;
    this.kind = kind;
    List<Entry<T>> presets = new ArrayList<>();
    for (Class<? extends Record> type : Family.records(family)) {
      List<Entry<T>> named = entries(type);
      if (named.isEmpty() || named.get(0).isPreset()) {
        throw new IllegalStateException(type.getName() + " has no @Preset without a name");
      }
      entries.add(named.get(0));
      presets.addAll(named.subList(1, named.size()));
    }
    entries.addAll(presets);
  }

  /**
   * The catalogue of a family.
   *
   * @param kind what messages call its members, for example {@code policy}
   */
  public static <T> Catalogue<T> of(Class<T> family, String kind) {
    return new Catalogue<>(family, kind);
  }

  /** What a user calls a member: policy, estimator. */
  public String kind() {
    return kind;
  }

  /** The sealed interface. */
  public Class<T> family() {
    return family;
  }

  /** The records in the order of the source, then the presets. */
  public List<Entry<T>> entries() {
    return List.copyOf(entries);
  }

  /** The records alone. */
  public List<Entry<T>> records() {
    return entries.stream().filter(entry -> !entry.isPreset()).toList();
  }

  /** The names that users can choose from. */
  public List<String> names() {
    return entries.stream().map(Entry::name).toList();
  }

  /** The entry of a record of the family. */
  public Entry<T> entryOf(T member) {
    return records().stream()
        .filter(entry -> entry.type() == member.getClass())
        .findFirst()
        .orElseThrow();
  }

  /**
   * What is published under a name.
   *
   * @throws InvalidValueException with one line that lists the names, if it is none of them
   */
  public T named(String name) {
    return entries.stream()
        .filter(entry -> entry.name().equals(name))
        .map(Entry::published)
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidValueException(
                    "name",
                    name,
                    "must be one of %s, got: %s"
                        .formatted(String.join(", ", names()), OneLine.quoted(name))));
  }

  /** The record as it is published, then its presets by name. */
  private List<Entry<T>> entries(Class<? extends Record> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Preset.class))
        .map(method -> entry(type, method))
        .sorted(
            Comparator.comparing((Entry<T> entry) -> entry.isPreset()).thenComparing(Entry::name))
        .toList();
  }

  private Entry<T> entry(Class<? extends Record> type, Method factory) {
    Descriptor descriptor = Family.descriptor(type);
    Preset preset = factory.getAnnotation(Preset.class);
    if (!Modifier.isStatic(factory.getModifiers()) || factory.getParameterCount() > 0) {
      throw new IllegalStateException(factory + " must be static and without parameters");
    }
    T published;
    try {
      published = family.cast(factory.invoke(null));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(factory + " cannot be called", e);
    }
    return preset.name().isEmpty()
        ? new Entry<>(
            descriptor.name(),
            descriptor.version(),
            descriptor.summary(),
            descriptor.source(),
            type,
            published)
        : new Entry<>(
            preset.name(),
            descriptor.version(),
            preset.summary(),
            preset.source(),
            type,
            published);
  }
}
