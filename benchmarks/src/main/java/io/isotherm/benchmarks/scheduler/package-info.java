/**
 * The scheduler service as it is shipped, under load from a real Kafka broker: how many decisions
 * it makes, how late they are and what they cost, and how long a second instance needs to take over
 * from a killed one. Broker and schedulers are processes of their own; this one only writes
 * outcomes, reads decisions and looks at the others.
 */
package io.isotherm.benchmarks.scheduler;
