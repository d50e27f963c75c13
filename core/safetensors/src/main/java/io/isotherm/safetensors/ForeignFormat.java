package io.isotherm.safetensors;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Files that are often taken for safetensors, told by their first bytes.
 *
 * @param start the first bytes, as ISO-8859-1
 * @param explanation what the file is and what to do
 */
record ForeignFormat(String start, String explanation) {

  private static final String SAVE_AGAIN =
      "; save the weights with safetensors.torch.save_file and name that file";

  private static final List<ForeignFormat> KNOWN =
      List.of(
          new ForeignFormat(
              "version ",
              "is a Git LFS pointer instead of the file itself; fetch it with 'git lfs pull'"),
          new ForeignFormat(
              "PK\u0003\u0004", "is a zip archive, as PyTorch writes it" + SAVE_AGAIN),
          new ForeignFormat("\u0080\u0002", "is a Python pickle" + SAVE_AGAIN),
          new ForeignFormat("GGUF", "is a GGUF file, not safetensors" + SAVE_AGAIN),
          new ForeignFormat("\u0089HDF", "is an HDF5 file, not safetensors" + SAVE_AGAIN),
          new ForeignFormat(
              "{", "begins like JSON; the index of a sharded checkpoint must be named *.json"));

  /** What is said of a file that begins with these bytes; empty if nothing is known. */
  static Optional<String> of(byte[] start) {
    // The length of a header that the format allows leaves the upper four bytes 0.
    String text = new String(start, StandardCharsets.ISO_8859_1);
    return KNOWN.stream()
        .filter(format -> text.startsWith(format.start) && !text.endsWith("\0\0\0\0"))
        .map(ForeignFormat::explanation)
        .findFirst();
  }
}
