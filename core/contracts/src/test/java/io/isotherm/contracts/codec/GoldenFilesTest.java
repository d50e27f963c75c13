package io.isotherm.contracts.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.codec.Examples.Example;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bytes of each message version. A message that must change in a way that old readers do not
 * understand takes a new version, in new files; where fields were added that old writers leave out,
 * their bytes stay in folder {@code older}.
 */
class GoldenFilesTest {

  static List<Example> examples() {
    return Examples.ALL;
  }

  @ParameterizedTest
  @MethodSource("examples")
  void messageIsWrittenAsItsGoldenFileSays(Example example) throws IOException {
    String written = GoldenFile.text(example.record());

    assertThat(written)
        .isEqualTo(Files.readString(GoldenFile.FOLDER.resolve(example.name() + ".txt")));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void goldenFileIsReadAsItsMessage(Example example) throws InvalidMessageException {
    GoldenFile golden = GoldenFile.read(example.name());

    Object message =
        example
            .decoder()
            .decode(golden.key(), sink -> golden.headers().forEach(sink), golden.value());

    assertThat(golden.topic()).isEqualTo(example.record().topic().topicName());
    assertThat(message).usingRecursiveComparison().isEqualTo(example.message());
  }

  static List<Example> older() {
    return Examples.OLDER;
  }

  /** The first writers of an estimator named neither its fit nor its filter. */
  @ParameterizedTest
  @MethodSource("older")
  void bytesOfTheFirstWritersAreReadAsTheSameMessage(Example example)
      throws InvalidMessageException {
    GoldenFile golden = GoldenFile.read("older/" + example.name());

    Object message =
        example
            .decoder()
            .decode(golden.key(), sink -> golden.headers().forEach(sink), golden.value());

    assertThat(message).usingRecursiveComparison().isEqualTo(example.message());
  }

  @Test
  void everyGoldenFileHasItsExample() throws IOException {
    assertThat(files(GoldenFile.FOLDER)).containsExactlyInAnyOrderElementsOf(names(Examples.ALL));
    assertThat(files(GoldenFile.FOLDER.resolve("older")))
        .containsExactlyInAnyOrderElementsOf(names(Examples.OLDER));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
    }
  }

  private static List<String> names(List<Example> examples) {
    return examples.stream().map(example -> example.name() + ".txt").toList();
  }
}
