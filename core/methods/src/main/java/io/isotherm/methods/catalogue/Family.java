package io.isotherm.methods.catalogue;

import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Sealed interfaces, and the records at their ends. */
final class Family {

  private Family() {}

  /** The records that a sealed interface permits, at any depth, in the order of the source. */
  static List<Class<? extends Record>> records(Class<?> type) {
    return stream(type).toList();
  }

  private static Stream<Class<? extends Record>> stream(Class<?> type) {
    if (type.isSealed()) {
      return Arrays.stream(type.getPermittedSubclasses()).flatMap(Family::stream);
    }
    return Stream.of(type.asSubclass(Record.class));
  }

  /** What a record is described as. */
  static Descriptor descriptor(Class<?> type) {
    Descriptor descriptor = type.getAnnotation(Descriptor.class);
    if (descriptor == null) {
      throw new IllegalStateException(type.getName() + " has no @Descriptor");
    }
    return descriptor;
  }

  /** A type and the interfaces above it, the nearest first. */
  static List<Class<?>> upwards(Class<?> type) {
    return Stream.concat(
            Stream.of(type),
            Arrays.stream(type.getInterfaces()).flatMap(above -> upwards(above).stream()))
        .toList();
  }

  /** An annotation of a record's accessor, or of the interface method that it implements. */
  static <A extends Annotation> Optional<A> inherited(
      Class<?> type, String accessor, Class<A> annotation) {
    return upwards(type).stream()
        .flatMap(above -> Arrays.stream(above.getDeclaredMethods()))
        .filter(method -> method.getName().equals(accessor) && method.getParameterCount() == 0)
        .flatMap(method -> Stream.ofNullable(method.getAnnotation(annotation)))
        .findFirst();
  }
}
