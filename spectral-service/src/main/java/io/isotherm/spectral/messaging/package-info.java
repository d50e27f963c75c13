/**
 * The Kafka side, on SmallRye Reactive Messaging: records in, answers out, acknowledgment when the
 * broker has the answer, and what a rebalance means. Decides nothing about what is answered.
 */
package io.isotherm.spectral.messaging;
