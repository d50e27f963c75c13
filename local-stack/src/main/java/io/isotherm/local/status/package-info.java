/**
 * How a stack is that somebody has started, asked from outside: its processes by their health
 * endpoints, its broker by Kafka's protocol, its runs by the monitor. Starts and ends nothing.
 */
package io.isotherm.local.status;
