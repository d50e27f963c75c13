package io.isotherm.safetensors;

import io.isotherm.checks.OneLine;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files that are often taken for safetensors, told by their first bytes.
 *
 * @param start the first bytes, as ISO-8859-1
 * @param explanation what the file is and what to do
 */
record ForeignFormat(String start, String explanation) {

  /** How many bytes of a file are looked at: enough for the title of a page. */
  static final int START_BYTES = 4096;

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
          new ForeignFormat("\u0080\u0003", "is a Python pickle" + SAVE_AGAIN),
          new ForeignFormat("\u0080\u0004", "is a Python pickle" + SAVE_AGAIN),
          new ForeignFormat("\u0080\u0005", "is a Python pickle" + SAVE_AGAIN),
          new ForeignFormat("GGUF", "is a GGUF file, not safetensors" + SAVE_AGAIN),
          new ForeignFormat("\u0089HDF", "is an HDF5 file, not safetensors" + SAVE_AGAIN),
          new ForeignFormat(
              "{", "begins like JSON; the index of a sharded checkpoint must be named *.json"));

  /** A byte order mark and comments may stand before the page. */
  private static final Pattern PAGE =
      Pattern.compile(
          "\uFEFF?\\s*(?><!--.*?-->\\s*)*+<(!doctype\\s+html|html|head|body)\\b.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final Pattern TITLE =
      Pattern.compile("<title[^>]*>(.*?)</title>", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** What a decoder makes of bytes that are no UTF-8, and control characters other than breaks. */
  private static final Pattern NO_TEXT = Pattern.compile("[\uFFFD\\p{Cc}&&[^\\s]]");

  private static final int LEAST_TEXT = 8;
  private static final int SHOWN_TEXT = 60;

  /** What is said of a file that begins with these bytes; empty if nothing is known. */
  static Optional<String> of(byte[] start) {
    if (isPlausible(start)) {
      return Optional.empty();
    }
    String text = new String(start, StandardCharsets.ISO_8859_1);
    return page(start)
        .or(
            () ->
                KNOWN.stream()
                    .filter(format -> text.startsWith(format.start))
                    .map(ForeignFormat::explanation)
                    .findFirst());
  }

  /** The same of a page alone, which a site may send in place of any file. */
  static Optional<String> page(byte[] start) {
    String text = new String(start, StandardCharsets.UTF_8);
    if (!PAGE.matcher(text).matches()) {
      return Optional.empty();
    }
    Matcher title = TITLE.matcher(text);
    return Optional.of(
        "is an HTML page%s in place of the file, as a site sends it that wants a login or has an"
                .formatted(title.find() ? ", " + quoted(title.group(1)) + "," : "")
            + " error; download the file again, with the access that its site asks for");
  }

  /** The first words of a file that is text, in quotes; empty for any other. */
  static Optional<String> text(byte[] start) {
    String text =
        new String(Arrays.copyOf(start, Math.min(start.length, SHOWN_TEXT)), StandardCharsets.UTF_8)
            // The last character may be cut.
            .replaceFirst("\uFFFD+$", "");
    return start.length < LEAST_TEXT || NO_TEXT.matcher(text).find()
        ? Optional.empty()
        : Optional.of(quoted(text));
  }

  private static String quoted(String text) {
    return OneLine.quoted(text.strip().replaceAll("\\s+", " "));
  }

  /** The length of a header that the format allows leaves the upper four bytes 0. */
  static boolean isPlausible(byte[] start) {
    return start.length > HeaderReader.LENGTH_BYTES
        && Arrays.equals(start, 4, HeaderReader.LENGTH_BYTES, new byte[4], 0, 4)
        && start[HeaderReader.LENGTH_BYTES] == '{';
  }
}
