/**
 * Formats that checkpoints come in besides safetensors, whose reader is in a room of its own: one
 * package for each. They read what a file says of its tensors and hand out their bytes; what the
 * tensors mean is no matter of theirs. As with safetensors, nothing that a file claims is believed.
 */
package io.isotherm.checkpoints.formats;
