/**
 * From the broker to the view: one thread reads all topics from their beginning, without a consumer
 * group and without commits. What cannot be read is counted and passed over.
 */
package io.isotherm.monitor.feed;
