/**
 * What the authors' own codes computed, and the weights that they computed it from: the resources
 * in {@code golden/} and how they are read. Here are also weights made by formula. Knows nothing of
 * our own mathematics, so that the mathematics' tests can use it.
 */
package io.isotherm.golden;
