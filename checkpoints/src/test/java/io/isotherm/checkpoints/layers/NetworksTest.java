package io.isotherm.checkpoints.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Names and shapes as published networks of many families have them, and what each tensor is read
 * as: {@code src/test/resources/networks}, a file for each network.
 */
class NetworksTest {

  private static final String FORMAT = "# format: ";

  static Stream<String> networks() throws IOException, URISyntaxException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  private static Path folder() throws URISyntaxException {
    return Path.of(NetworksTest.class.getResource("/networks").toURI());
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everyTensorOfANetworkIsReadAsWhatItIs(String network) throws Exception {
    List<String> expected = new ArrayList<>();
    List<EffectiveWeight> weights = new ArrayList<>();
    Optional<String> format = Optional.empty();
    for (String line : Files.readAllLines(folder().resolve(network))) {
      if (line.startsWith(FORMAT)) {
        format = Optional.of(line.substring(FORMAT.length()));
      } else if (!line.startsWith("#")) {
        String[] columns = line.split(" *\\| *", -1);
        weights.add(NamedShapes.weight(columns[0], columns[1]));
        expected.add(columns[0] + ": " + columns[2]);
      }
    }

    LayerReader reader = LayerReader.of(weights, Optional.empty(), format);

    assertThat(weights)
        .extracting(weight -> weight.entry().name() + ": " + reading(reader, weight))
        .isEqualTo(expected);
  }

  private static String reading(LayerReader reader, EffectiveWeight weight) {
    TensorKind kind = reader.kindOf(weight);
    if (kind != TensorKind.LAYER) {
      return kind.name().toLowerCase(Locale.ROOT);
    }
    LayerForm form = reader.read(weight);
    String shape =
        form.description().shape().stream().map(String::valueOf).collect(Collectors.joining("x"));
    return form.description().kind() + " " + shape + (form.axes().isGuess() ? " ?" : "");
  }
}
