package io.isotherm.contracts.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A record as a text file: topic and key, the headers, an empty line, the value. JSON values stand
 * as they are, others in hexadecimal; the last line break belongs to the file.
 */
@SuppressWarnings("ArrayRecordComponent") // Two golden files are never compared.
record GoldenFile(String topic, String key, Map<String, byte[]> headers, byte[] value) {

  static final Path FOLDER = Path.of("src/test/resources/golden");

  private static final int HEX_BYTES_PER_LINE = 32;

  static String text(WireRecord record) {
    StringBuilder text = new StringBuilder();
    text.append("topic: ").append(record.topic().topicName()).append('\n');
    text.append("key: ").append(record.key()).append('\n');
    record
        .headers()
        .forEach(
            (name, bytes) ->
                text.append(name)
                    .append(": ")
                    .append(new String(bytes, StandardCharsets.UTF_8))
                    .append('\n'));
    text.append('\n');
    if (isJson(record.headers())) {
      text.append(new String(record.value(), StandardCharsets.UTF_8)).append('\n');
    } else {
      byte[] value = record.value();
      for (int from = 0; from < value.length; from += HEX_BYTES_PER_LINE) {
        int to = Math.min(value.length, from + HEX_BYTES_PER_LINE);
        text.append(HexFormat.of().formatHex(value, from, to)).append('\n');
      }
    }
    return text.toString();
  }

  static GoldenFile read(String name) {
    List<String> lines;
    try {
      lines = Files.readAllLines(FOLDER.resolve(name + ".txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int empty = lines.indexOf("");
    Map<String, byte[]> headers = new LinkedHashMap<>();
    for (String line : lines.subList(2, empty)) {
      int colon = line.indexOf(": ");
      headers.put(
          line.substring(0, colon), line.substring(colon + 2).getBytes(StandardCharsets.UTF_8));
    }
    String body = String.join("", lines.subList(empty + 1, lines.size()));
    return new GoldenFile(
        lines.get(0).substring("topic: ".length()),
        lines.get(1).substring("key: ".length()),
        headers,
        isJson(headers) ? body.getBytes(StandardCharsets.UTF_8) : HexFormat.of().parseHex(body));
  }

  private static boolean isJson(Map<String, byte[]> headers) {
    return new String(headers.get("content-type"), StandardCharsets.UTF_8)
        .equals("application/json");
  }
}
