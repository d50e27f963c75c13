/**
 * From the broker to the view: one thread reads all topics, the newest first and then backwards,
 * without a consumer group and without commits. What cannot be read is counted and passed over.
 */
package io.isotherm.monitor.feed;
