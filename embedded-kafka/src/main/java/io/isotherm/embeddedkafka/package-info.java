/**
 * A real Kafka broker inside this JVM, from Apache Kafka's own artifacts, and the creation of
 * Isotherm's topics on any broker. For one machine and for tests; a production cluster needs only
 * the topics.
 */
package io.isotherm.embeddedkafka;
