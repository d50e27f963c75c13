/** Creates the topics of {@code contracts} on a broker, and checks those that are there. */
package io.isotherm.kafka.topics;
