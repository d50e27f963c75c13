/**
 * The safetensors format for documents with exactly one tensor: 8 bytes of header length in little
 * endian, a JSON header, the tensor's bytes. The reader trusts nothing that the header claims.
 */
package io.isotherm.contracts.safetensors;
