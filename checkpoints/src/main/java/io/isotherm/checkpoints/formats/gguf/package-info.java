/**
 * GGUF, the format of llama.cpp, versions 2 and 3: metadata, what there is of tensors, their
 * blocks. What the blocks mean is a scheme of {@link io.isotherm.checkpoints.weights}.
 */
package io.isotherm.checkpoints.formats.gguf;
