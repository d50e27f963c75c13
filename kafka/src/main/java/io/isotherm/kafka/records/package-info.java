/**
 * Between the records of the contracts, which know no Kafka client, and those of Kafka's clients:
 * headers, producer records, and the decoding of what a consumer received.
 */
package io.isotherm.kafka.records;
