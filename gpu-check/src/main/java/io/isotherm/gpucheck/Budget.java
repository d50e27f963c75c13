package io.isotherm.gpucheck;

import java.util.Collection;

/** The time that the whole check may take, and until when a part of it may begin something new. */
public final class Budget {

  private final long begun = System.nanoTime();
  private final double seconds;
  private double partEnd;

  /** Begins now. */
  public Budget(double seconds) {
    this.seconds = seconds;
    this.partEnd = seconds;
  }

  /** Seconds since the beginning. */
  public double elapsed() {
    return (System.nanoTime() - begun) / 1e9;
  }

  /** What the whole check may take. */
  public double seconds() {
    return seconds;
  }

  /** Gives a part its share of what is left, the others of {@code toCome} having theirs. */
  void begin(Part part, Collection<Part> toCome) {
    double weights = part.weight() + toCome.stream().mapToInt(Part::weight).sum();
    double now = elapsed();
    partEnd = now + Math.max(0, seconds - now) * part.weight() / weights;
  }

  /** Seconds that the part has left; negative if it is over its time. */
  public double left() {
    return partEnd - elapsed();
  }

  /** Whether something that takes so long still fits into the part. */
  public boolean fits(double estimate) {
    return estimate <= left();
  }
}
