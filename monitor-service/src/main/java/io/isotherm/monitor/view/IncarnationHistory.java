package io.isotherm.monitor.view;

import io.isotherm.contracts.Topic;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The incarnations of a run. A newer one fences the older ones, and as it resumes at a checkpoint,
 * what they said of that step and later ones is undone.
 */
final class IncarnationHistory {

  /** Older ones are forgotten, and with them where the next one took over. */
  private static final int MOST = 51;

  private final Map<Topic, Long> newestByTopic = new EnumMap<>(Topic.class);
  private final TreeMap<Long, Long> firstSteps = new TreeMap<>();
  private long newest;

  /** The largest that was heard of; 0 before the first. */
  long newest() {
    return newest;
  }

  /** Hears of an incarnation; true if it is larger than all before. */
  boolean enter(long incarnation) {
    boolean isNewer = incarnation > newest;
    newest = Math.max(newest, incarnation);
    return isNewer;
  }

  /** Hears of a step of an incarnation. */
  void heard(long incarnation, long step) {
    firstSteps.merge(incarnation, step, Math::min);
    if (firstSteps.size() > MOST) {
      firstSteps.pollFirstEntry();
    }
  }

  /**
   * Whether a message comes too late. Once the feed is live, any incarnation but the newest is too
   * old. Before, on one topic a run's messages are in order, and those of an older incarnation are
   * part of its curves until the newer one speaks there.
   */
  boolean fences(Topic topic, long incarnation, boolean live) {
    if (incarnation < (live ? newest : newestByTopic.getOrDefault(topic, 0L))) {
      return true;
    }
    newestByTopic.merge(topic, incarnation, Math::max);
    return false;
  }

  /** Whether a newer incarnation has resumed at this step or before it. */
  boolean undid(long incarnation, long step) {
    return incarnation < newest
        && firstSteps.tailMap(incarnation, false).values().stream()
            .anyMatch(first -> first <= step);
  }

  /** Where newer incarnations took over, oldest first; without the first one. */
  List<RunDetails.Takeover> takeovers() {
    return firstSteps.entrySet().stream()
        .skip(1)
        .map(first -> new RunDetails.Takeover(first.getKey(), first.getValue()))
        .toList();
  }
}
