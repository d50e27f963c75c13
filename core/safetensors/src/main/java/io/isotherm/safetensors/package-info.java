/**
 * The safetensors format: 8 bytes of header length in little endian, a JSON header, the tensors'
 * bytes. {@link io.isotherm.safetensors.SafeTensors} is for the documents that cross Kafka, with
 * one tensor each; {@link io.isotherm.safetensors.Checkpoint} and {@link
 * io.isotherm.safetensors.SafetensorsFile} are for files with all tensors of a network. The readers
 * trust nothing that a header claims.
 */
package io.isotherm.safetensors;
