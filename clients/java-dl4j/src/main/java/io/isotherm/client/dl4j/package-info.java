/**
 * Isotherm for DeepLearning4J: finds the weight layers of a computation graph, gives each layer a
 * learning rate and a weight decay of its own that follow the decisions of its run, and publishes
 * snapshots and progress from a training listener. What crosses Kafka, and how, is the plain
 * client's business.
 */
package io.isotherm.client.dl4j;
