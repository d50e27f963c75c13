package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds every log line in the sources against {@code docs/logging.md}. */
class LogLinesTest {

  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern CALL =
      Pattern.compile("\\b(?:LOG|log|trouble)\\s*\\.\\s*(?:debug|info|warn|error)f?\\(");
  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern LINE =
      Pattern.compile("[^=:]+?(?: [a-zA-Z]+=(?:\"[^\"]*\"|[^ \"]+))*");
  private static final Pattern KEY = Pattern.compile(" ([a-zA-Z]+)=");
  private static final Pattern DOCUMENTED = Pattern.compile("`([a-zA-Z]+)`");

  private record Line(String place, String text) {}

  private static List<Line> lines;

  @BeforeAll
  static void readAllSources() throws IOException {
    lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      List<Path> sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> file.toString().contains("/src/main/java/"))
              .toList();
      for (Path source : sources) {
        collect(ROOT.relativize(source).toString(), Files.readString(source));
      }
    }
  }

  @Test
  void everyLineIsWordsAndThenKeysWithValues() {
    assertThat(lines).as("log lines found in the sources").hasSizeGreaterThan(20);
    assertThat(lines)
        .filteredOn(line -> !LINE.matcher(line.text()).matches())
        .as("lines of another form")
        .isEmpty();
  }

  @Test
  void theDocumentHasEveryKeyAndNoOther() throws IOException {
    SortedSet<String> used = new TreeSet<>();
    lines.forEach(line -> KEY.matcher(line.text()).results().forEach(r -> used.add(r.group(1))));
    SortedSet<String> documented = new TreeSet<>();
    for (String row : Files.readAllLines(ROOT.resolve("docs/logging.md"))) {
      if (row.startsWith("| `")) {
        String keys = row.substring(0, row.indexOf('|', 1));
        DOCUMENTED.matcher(keys).results().forEach(result -> documented.add(result.group(1)));
      }
    }
    assertThat(used).isEqualTo(documented);
  }

  private static void collect(String place, String source) {
    Matcher call = CALL.matcher(source);
    while (call.find()) {
      String arguments = source.substring(call.end(), end(source, call.end()));
      StringBuilder text = new StringBuilder();
      Matcher literal = LITERAL.matcher(firstString(arguments));
      while (literal.find()) {
        text.append(literal.group(1).replace("\\\"", "\""));
      }
      if (!text.isEmpty()) {
        lines.add(new Line(place, text.toString()));
      }
    }
  }

  /** The literals of the format, which end at the first comma behind one. */
  private static String firstString(String arguments) {
    Matcher format =
        Pattern.compile("(?:\"(?:[^\"\\\\]|\\\\.)*\"\\s*\\+?\\s*)+").matcher(arguments);
    return format.find() ? format.group() : "";
  }

  private static int end(String source, int from) {
    int depth = 1;
    boolean quoted = false;
    for (int i = from; i < source.length(); i++) {
      char c = source.charAt(i);
      if (quoted) {
        if (c == '\\') {
          i++;
        } else {
          quoted = c != '"';
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && --depth == 0) {
        return i;
      }
    }
    throw new IllegalStateException("a log call has no end");
  }
}
