package io.isotherm.benchmarks.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The other side: who takes part, and who does not, or no longer, and why. */
final class Opponents implements AutoCloseable {

  private final List<Python> active = new ArrayList<>();
  private final Map<String, String> descriptions = new LinkedHashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  /** Starts those that can be started; the others are {@link #leftOut()} with the reason. */
  static Opponents start(Path folder, String python, List<Opponent> wanted, OptionalInt threads) {
    Opponents opponents = new Opponents();
    for (Opponent opponent : wanted) {
      try {
        Python contestant = Python.start(folder, python, opponent, threads);
        opponents.active.add(contestant);
        opponents.descriptions.put(contestant.name(), contestant.description());
      } catch (ContestantException e) {
        opponents.leftOut.put(opponent.label(), e.getMessage());
      }
    }
    return opponents;
  }

  /** Those that still take part. */
  List<Python> active() {
    return List.copyOf(active);
  }

  /** Everybody who was started, and with what it computes. */
  Map<String, String> descriptions() {
    return Collections.unmodifiableMap(descriptions);
  }

  /** Names and reasons, one line each. */
  Map<String, String> leftOut() {
    return Collections.unmodifiableMap(leftOut);
  }

  /** From here on without that one. */
  void leaveOut(Python opponent, ContestantException reason) {
    active.remove(opponent);
    leftOut.put(opponent.name(), reason.getMessage());
    opponent.close();
  }

  @Override
  public void close() {
    active.forEach(Python::close);
  }
}
