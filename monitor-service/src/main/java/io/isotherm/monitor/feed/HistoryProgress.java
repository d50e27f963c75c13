package io.isotherm.monitor.feed;

/**
 * How far the monitor is with what was on the broker before its start.
 *
 * @param complete whether all of it has been read
 * @param share of the records that has been read, 0 to 1
 */
public record HistoryProgress(boolean complete, double share) {}
