/**
 * How every part of Isotherm is told about its Kafka cluster: {@link
 * io.isotherm.kafka.settings.KafkaSettings} is the one type, {@link
 * io.isotherm.kafka.settings.SettingSources} the one order in which a file, system properties and
 * the environment are asked. Opens no connection.
 */
package io.isotherm.kafka.settings;
