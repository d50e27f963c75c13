/**
 * What the tests of several modules share: a Kafka broker with all topics. Which broker that is, in
 * this JVM or in a container, is chosen here and nowhere else.
 */
package io.isotherm.testkit;
