package io.isotherm.safetensors;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A format of files with tensors, which a checkpoint may come in. */
public interface TensorFormat {

  /** Most tensors of a file; the largest models in one file have some ten thousand. */
  int MAX_TENSORS = 500_000;

  /** How many bytes of a file tell its format. */
  int START_BYTES = 32;

  /** What such files are called in messages, such as {@code safetensors}. */
  String label();

  /** How the names of such files end, such as {@code .safetensors}. */
  List<String> suffixes();

  /** What libraries call the one file or index that they read, without its suffix. */
  List<String> usualNames();

  /** Whether a file with such a suffix is known by its name to hold no weights. */
  default boolean isCompanion(String fileName) {
    return false;
  }

  /**
   * Whether a file is of this format.
   *
   * @param start its first bytes, up to {@link #START_BYTES}
   */
  boolean begins(byte[] start);

  /**
   * Reads what a file says of its tensors, and checks it against the file's length.
   *
   * @throws MalformedSafetensorsException with one line that names the file, if anything is wrong
   *     with its content
   * @throws IOException with one line that names the file, if it is not there or cannot be read, or
   *     if anything is wrong with its content
   */
  TensorFile open(Path path) throws IOException, MalformedSafetensorsException;
}
