/**
 * Files that {@code torch.save} has written, the zip archives of today and the older ones in one
 * stream. Both hold a pickle, which is a program: it is interpreted here over values that have no
 * behaviour, so that nothing of it can be executed. Tensors, and the dictionaries, lists and tuples
 * that lead to them, are understood; any other object is a name.
 */
package io.isotherm.checkpoints.formats.pytorch;
