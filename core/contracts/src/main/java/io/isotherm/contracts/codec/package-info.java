/**
 * Messages to Kafka records and back: CloudEvents 1.0 in Kafka's binary content mode, bodies in
 * JSON or, for snapshots, raw bytes. Knows no Kafka client: a {@link
 * io.isotherm.contracts.codec.WireRecord} has what a producer needs, and a {@link
 * io.isotherm.contracts.codec.HeaderSource} is all that is asked of a consumer's record.
 */
package io.isotherm.contracts.codec;
