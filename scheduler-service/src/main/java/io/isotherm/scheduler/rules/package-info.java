/**
 * When a run gets a decision and what is in it, as pure functions of a state and an event. No
 * Kafka, no Quarkus and no clock: an event that depends on time carries it, so a recorded run can
 * be decided again at any speed.
 */
package io.isotherm.scheduler.rules;
