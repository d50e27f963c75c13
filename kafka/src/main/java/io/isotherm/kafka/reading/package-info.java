/**
 * What Kafka holds at the moment: topics read from their beginning to where they end, without a
 * consumer group, and the newest description of each run. Writes nothing.
 */
package io.isotherm.kafka.reading;
