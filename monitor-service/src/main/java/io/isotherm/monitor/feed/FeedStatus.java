package io.isotherm.monitor.feed;

import java.util.List;
import java.util.Map;

/**
 * How the monitor itself is doing.
 *
 * @param caughtUp whether all descriptions and the newest records of the time before the start have
 *     been read
 * @param history how far it is with the older ones
 * @param brokerReachable whether the broker answered when it was last asked
 * @param missingTopics topics that the broker does not have yet
 * @param records taken into the view
 * @param fenced records of older incarnations
 * @param ignored records that repeat what is known or name what is not
 * @param unreadable records that could not be read, by topic
 */
public record FeedStatus(
    boolean caughtUp,
    HistoryProgress history,
    boolean brokerReachable,
    List<String> missingTopics,
    long records,
    long fenced,
    long ignored,
    Map<String, Long> unreadable) {}
