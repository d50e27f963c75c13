/**
 * The monitor: reads what the other parts publish and shows it live, over REST, server-sent events
 * and one page. It writes nothing to Kafka and commits no offsets, so any number of monitors may
 * watch the same broker, and stopping one changes nothing.
 */
package io.isotherm.monitor;
