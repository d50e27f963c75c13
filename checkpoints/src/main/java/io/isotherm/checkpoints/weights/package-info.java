/**
 * Weights as the network uses them: files often store a weight in parts (a direction and a length,
 * a mask, a low-rank pair, codes and scales). {@link io.isotherm.checkpoints.weights.WeightGroups}
 * groups the tensors of a checkpoint by the weight that they belong to; a {@link
 * io.isotherm.checkpoints.weights.Formula} forms it when it is asked for. Which weights are layers
 * is not decided here.
 */
package io.isotherm.checkpoints.weights;
