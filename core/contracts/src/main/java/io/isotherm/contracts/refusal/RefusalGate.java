package io.isotherm.contracts.refusal;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Lets a service say the same thing to the same trainer once a minute, however often the trainer
 * gives reason to: a mistake in a training loop is made at every step. For one thread.
 */
public final class RefusalGate {

  private static final long MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();

  /** Beyond that many in one minute the oldest may be said again. */
  private static final int MAX_REMEMBERED = 20_000;

  private final Map<Said, Long> lately = new LinkedHashMap<>();

  /** What is the same thing, said to the same trainer. */
  private record Said(
      String run,
      OptionalLong incarnation,
      Refusal.About about,
      Optional<String> layer,
      String kind) {}

  /**
   * Whether the refusal may be said now; if so, it counts as said.
   *
   * @param kind of reason, a few words without values
   */
  public boolean lets(Refusal refusal, String kind, long nowMillis) {
    var oldest = lately.values().iterator();
    while (oldest.hasNext() && nowMillis - oldest.next() >= MINUTE_MILLIS) {
      oldest.remove();
    }
    Said said =
        new Said(refusal.run(), refusal.incarnation(), refusal.about(), refusal.layer(), kind);
    if (lately.containsKey(said)) {
      return false;
    }
    if (lately.size() == MAX_REMEMBERED) {
      lately.remove(lately.keySet().iterator().next());
    }
    lately.put(said, nowMillis);
    return true;
  }
}
