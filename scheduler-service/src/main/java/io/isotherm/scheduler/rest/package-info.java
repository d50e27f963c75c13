/**
 * The scheduler's REST interface: what it knows of every run, and the controls of a run. Any
 * instance answers for any run, by asking the one that has it; controls become events on Kafka.
 */
package io.isotherm.scheduler.rest;
