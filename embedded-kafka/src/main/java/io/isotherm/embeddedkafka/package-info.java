/**
 * A real Kafka broker inside this JVM, from Apache Kafka's own artifacts, with TLS and logins where
 * they are asked for. For one machine and for tests. Knows nothing of Isotherm's topics.
 */
package io.isotherm.embeddedkafka;
