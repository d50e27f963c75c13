package io.isotherm.methods;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.methods.catalogue.Catalogue;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Policies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds what the documents say of estimators and policies against the catalogue. With {@code
 * -Ddocs.write} it writes them first.
 */
class GeneratedDocumentsTest {

  private static final String WRITE = "docs.write";
  private static final String HOW_TO_WRITE =
      "run: mvn -q -pl core/methods -am test -Dtest=GeneratedDocumentsTest -D" + WRITE;

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
    assertThat(written).as(HOW_TO_WRITE).isEqualTo(generated);
  }

  @Test
  void clientForPythonHasTheCatalogue() throws IOException {
    ObjectNode catalogue = Json.MAPPER.createObjectNode();
    catalogue.set("policies", published(Policies.CATALOGUE));
    catalogue.set("estimators", published(Estimators.CATALOGUE));
    catalogue.set("schemas", Schemas.json());
    String generated = catalogue.toPrettyString() + "\n";

    Path file = Path.of("../../clients/python/src/isotherm/methods.json");
    if (System.getProperty(WRITE) != null) {
      Files.writeString(file, generated);
    }

    assertThat(Files.readString(file)).as(HOW_TO_WRITE).isEqualTo(generated);
  }

  private static <T> ObjectNode published(Catalogue<T> catalogue) {
    ObjectNode byName = Json.MAPPER.createObjectNode();
    catalogue
        .entries()
        .forEach(entry -> byName.set(entry.name(), Json.MAPPER.valueToTree(entry.published())));
    return byName;
  }
}
