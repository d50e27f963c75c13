/**
 * Images and labels: a reader of the idx format, the subset of Fashion-MNIST that ships with the
 * service, and the order in which an epoch sees it. Knows nothing of networks.
 */
package io.isotherm.trainer.data;
