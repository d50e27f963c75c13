/** One way to Kafka for every part of Isotherm. What a record means is in {@code contracts}. */
package io.isotherm.kafka;
