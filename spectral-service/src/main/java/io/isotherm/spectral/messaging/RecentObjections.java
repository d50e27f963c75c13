package io.isotherm.spectral.messaging;

import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.spectral.answer.Objection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** What trainers were told a moment ago, so that a flood of bad records is no flood of refusals. */
final class RecentObjections {

  private static final int REMEMBERED = 10_000;
  private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;
  private final Map<Key, Long> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  RecentObjections(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  private record Key(
      String run,
      OptionalLong incarnation,
      Refusal.About about,
      Optional<String> layer,
      Objection.Kind kind) {}

  /** Whether the trainer was not told the like within the last minute; it counts as told now. */
  synchronized boolean isNew(Objection objection) {
    Refusal refusal = objection.refusal();
    Key key =
        new Key(
            refusal.run(),
            refusal.incarnation(),
            refusal.about(),
            refusal.layer(),
            objection.kind());
    long now = nanoTime.getAsLong();
    Long before = told.get(key);
    if (before != null && now - before < PAUSE_NANOS) {
      return false;
    }
    // The order is that of the telling, so that the oldest is forgotten first.
    told.remove(key);
    told.put(key, now);
    return true;
  }
}
