/**
 * What a training loop embeds: {@link io.isotherm.client.TrainingRun} publishes snapshots of layer
 * weights to Kafka and receives factors on the learning rate and the weight decay of each layer.
 * The training thread only ever copies memory and reads fields; two background threads of the
 * package do all that can block. Knows no framework; an adapter hands the weights in through {@link
 * io.isotherm.client.LayerWeights}.
 */
package io.isotherm.client;
