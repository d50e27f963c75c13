/**
 * The scheduler service: one Kafka Streams topology that turns the spectra of a run into decisions.
 * What is decided, and when, stands in {@link io.isotherm.scheduler.rules}; here are the topology,
 * the configuration, the counters and the health of the process. Decisions leave in transactions,
 * so whoever reads {@code isotherm.learning-rates} sets {@code isolation.level=read_committed}.
 */
package io.isotherm.scheduler;
