package io.isotherm.monitor.view;

import java.time.Instant;

/**
 * When and from where a message came.
 *
 * @param writtenAt the record's own time, which another host's clock has set
 * @param offset of the record in its partition; all messages of one kind of a run share a partition
 * @param history whether newer records of the partition were read before this one: it adds to what
 *     is known and replaces nothing
 */
public record RecordOrigin(Instant writtenAt, long offset, boolean history) {}
