package io.isotherm.safetensors;

import static io.isotherm.safetensors.SafetensorsFileTest.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {

  private static final SafeTensor A = tensor("a", DType.F32, 2, 2);
  private static final SafeTensor B = tensor("b", DType.F16, 3);
  private static final SafeTensor C = tensor("c", DType.F32, 1);

  @TempDir Path folder;

  private Path index;

  @BeforeEach
  void writeTwoShards() throws IOException {
    index = folder.resolve("model.safetensors.index.json");
    SafetensorsFile.write(folder.resolve("model-1.safetensors"), Map.of(), List.of(C, A));
    SafetensorsFile.write(folder.resolve("model-2.safetensors"), Map.of(), List.of(B));
  }

  @Test
  void oneFileGivesItsTensorsInItsOrder() throws Exception {
    Checkpoint checkpoint = Checkpoint.open(folder.resolve("model-1.safetensors"));

    assertThat(checkpoint.tensors())
        .extracting(tensor -> tensor.entry().name())
        .containsExactly("c", "a");
  }

  @Test
  void anIndexGivesTheTensorsOfAllItsFilesFileByFile() throws Exception {
    writeIndex(
        "{\"metadata\":{\"total_size\":26},\"weight_map\":{\"a\":\"model-1.safetensors\","
            + "\"b\":\"model-2.safetensors\",\"c\":\"model-1.safetensors\"}}");

    Checkpoint checkpoint = Checkpoint.open(index);

    assertThat(checkpoint.tensors())
        .extracting(tensor -> tensor.entry().name())
        .containsExactly("c", "a", "b");
    assertThat(checkpoint.tensors().get(2).read(ByteBuffer.allocate(6))).isEqualTo(B);
  }

  @Test
  void whatTheIndexDoesNotNameIsNoPartOfTheCheckpoint() throws Exception {
    writeIndex("{\"weight_map\":{\"a\":\"model-1.safetensors\"}}");

    assertThat(Checkpoint.open(index).tensors())
        .extracting(tensor -> tensor.entry().name())
        .containsExactly("a");
  }

  @Test
  void anIndexThatNamesATensorThatIsNotInItsFileIsRefused() throws IOException {
    writeIndex("{\"weight_map\":{\"a\":\"model-2.safetensors\",\"b\":\"model-2.safetensors\"}}");

    assertThatThrownBy(() -> Checkpoint.open(index))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessage(
            "%s: tensor 'a' must be in %s, where it is not"
                .formatted(index, folder.resolve("model-2.safetensors")));
  }

  @Test
  void anIndexThatNamesAMissingFileIsRefused() throws IOException {
    writeIndex("{\"weight_map\":{\"a\":\"model-3.safetensors\"}}");

    assertThatThrownBy(() -> Checkpoint.open(index))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no file " + folder.resolve("model-3.safetensors"));
  }

  @Test
  void whatAnIndexNamesAndIsNotThereIsKnownWhereAPartIsEnough() throws Exception {
    writeIndex(
        "{\"weight_map\":{\"a\":\"model-1.safetensors\",\"x\":\"model-1.safetensors\","
            + "\"b\":\"model-3.safetensors\"}}");

    Checkpoint part = Checkpoint.openPartly(index);

    assertThat(part.tensors()).extracting(tensor -> tensor.entry().name()).containsExactly("a");
    assertThat(part.missing())
        .containsExactly(
            new Checkpoint.Missing(
                index, folder.resolve("model-1.safetensors"), true, List.of("x")),
            new Checkpoint.Missing(
                index, folder.resolve("model-3.safetensors"), false, List.of("b")));
  }

  @Test
  void aFolderIsItsIndexOrItsFilesTogether() throws Exception {
    assertThat(Checkpoint.open(folder).tensors())
        .extracting(tensor -> tensor.entry().name())
        .containsExactly("c", "a", "b");

    writeIndex("{\"weight_map\":{\"b\":\"model-2.safetensors\"}}");

    assertThat(Checkpoint.open(folder).path()).isEqualTo(index);
    assertThat(Checkpoint.open(folder).tensors())
        .extracting(tensor -> tensor.entry().name())
        .containsExactly("b");
  }

  @Test
  void aFolderOfHuggingFacesCacheIsItsMainSnapshotBehindLinks() throws Exception {
    Path cache = Files.createDirectory(folder.resolve("models--a--b"));
    Path blobs = Files.createDirectory(cache.resolve("blobs"));
    SafetensorsFile.write(blobs.resolve("aa11"), Map.of(), List.of(A));
    for (String revision : List.of("old", "new")) {
      Path snapshot = Files.createDirectories(cache.resolve("snapshots").resolve(revision));
      Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/aa11"));
    }

    assertThatThrownBy(() -> Checkpoint.open(cache))
        .hasMessage(cache.resolve("snapshots") + " has 2 snapshots: name one of them");
    Files.createDirectory(cache.resolve("refs"));
    Files.writeString(cache.resolve("refs").resolve("main"), "new\n");

    assertThat(Checkpoint.open(cache).path())
        .isEqualTo(cache.resolve("snapshots").resolve("new").resolve("model.safetensors"));
  }

  @Test
  void aFolderWithoutACheckpointOrWithTwoIsToldInOneLine() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    SafetensorsFile.write(folder.resolve("other.safetensors"), Map.of(), List.of(A));

    assertThatThrownBy(() -> Checkpoint.open(empty))
        .hasMessage(empty + " is a folder: name a file in it; it has no .safetensors file");
    assertThatThrownBy(() -> Checkpoint.open(folder))
        .hasMessage(
            "tensor 'a' is both in %s and in %s: name the file that is meant"
                .formatted(
                    folder.resolve("model-1.safetensors"), folder.resolve("other.safetensors")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model-1.safetensors",
        "..",
        ".",
        "",
        " ",
        "/etc/passwd",
        "sub/model-1.safetensors",
        "sub\\\\model-1.safetensors",
        "C:model",
        "a\\u0000b"
      })
  void anIndexThatLeadsOutOfItsFolderIsRefused(String name) throws IOException {
    writeIndex("{\"weight_map\":{\"a\":\"" + name + "\"}}");

    assertThatThrownBy(() -> Checkpoint.open(index))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessageStartingWith(
            index + ": weight_map of tensor 'a' must be a file in the index's own folder, got: '");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                    | index must be an object with a weight_map
          {}                                    | index must have a weight_map, found none
          {"weight_map":7}                      | weight_map must be an object
          {"weight_map":{"a":7}}                | weight_map of tensor 'a' must be the name of a file
          {"weight_map":{"a":"x","a":"x"}}      | index is not JSON at character 26: Duplicate field 'a'
          {"weight_map":{}} x                   | index is not JSON at character 18: Unrecognized token 'x'
          {"weight_map":{}} {}                  | index must end with its object, got more at character 18
          <html><title>Sign in</title></html>   | is an HTML page, 'Sign in', in place of the file
          {"weight_map":{                       | index is not JSON at character 15: Unexpected end-of-input
          """)
  void anIndexThatIsNoneGetsOneLine(String content, String message) throws IOException {
    writeIndex(content);

    assertThatThrownBy(() -> Checkpoint.open(index))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessageStartingWith(index + ": " + message)
        .hasMessageNotContaining("\n");
  }

  private void writeIndex(String json) throws IOException {
    Files.writeString(index, json);
  }
}
