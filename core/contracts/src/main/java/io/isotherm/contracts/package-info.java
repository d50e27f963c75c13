/**
 * What crosses Kafka: the topic catalogue here, the messages and their codecs in the packages
 * below.
 *
 * <p>Everything that two parts of Isotherm must agree on lives in this module, and nothing else
 * does. It knows no Kafka client, no framework and no linear algebra; a program in any language can
 * take part by following {@code docs/asyncapi.yaml}, which a test holds against this code.
 */
package io.isotherm.contracts;
