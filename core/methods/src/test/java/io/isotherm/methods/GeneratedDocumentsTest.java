package io.isotherm.methods;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds what the documents say of estimators and policies against the catalogue. With {@code
 * -Ddocs.write} it writes them first.
 */
class GeneratedDocumentsTest {

  private static final String WRITE = "docs.write";

  private static final Map<String, Supplier<String>> BLOCKS =
      Map.of(
          "schemas", () -> Schemas.yaml().indent(4),
          "estimators", Tables::estimators,
          "metrics", Tables::metrics,
          "maps", Tables::maps,
          "presets", Tables::presets);

  /** A line that names the block, and the line that ends it. */
  private static final Pattern BLOCK =
      Pattern.compile(
          "([^\n]*generated: ([a-z]+)[^\n]*\n).*?([^\n]*end of generated)", Pattern.DOTALL);

  @ParameterizedTest
  @ValueSource(strings = {"asyncapi.yaml", "method.md", "policies.md"})
  void documentSaysWhatTheCatalogueDoes(String name) throws IOException {
    Path file = Path.of("../../docs", name);
    String written = Files.readString(file);

    String generated =
        BLOCK
            .matcher(written)
            .replaceAll(
                block ->
                    Matcher.quoteReplacement(
                        block.group(1) + BLOCKS.get(block.group(2)).get() + block.group(3)));
    if (System.getProperty(WRITE) != null) {
      Files.writeString(file, generated);
      written = generated;
    }

    assertThat(BLOCK.matcher(written).find()).isTrue();
    assertThat(written)
        .as("run: mvn -q -pl core/methods -am test -Dtest=GeneratedDocumentsTest -D" + WRITE)
        .isEqualTo(generated);
  }
}
