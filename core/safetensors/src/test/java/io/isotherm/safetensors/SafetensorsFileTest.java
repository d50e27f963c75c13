package io.isotherm.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void nameAFile() {
    file = folder.resolve("model.safetensors");
  }

  @Test
  void tensorsSurviveTheRoundTripInTheirOrder() throws Exception {
    SafeTensor last = tensor("z.last", DType.F32, 3, 2);
    SafeTensor first = tensor("a.first", DType.BF16, 4);
    SafeTensor empty = tensor("empty", DType.F64, 0, 7);
    SafeTensor scalar = tensor("scalar", DType.F16);

    SafetensorsFile.write(file, Map.of("step", "7"), List.of(last, first, empty, scalar));
    SafetensorsFile read = SafetensorsFile.open(file);

    assertThat(read.metadata()).containsExactly(Map.entry("step", "7"));
    assertThat(read.tensors())
        .extracting(TensorEntry::name)
        .containsExactly("z.last", "a.first", "empty", "scalar");
    ByteBuffer buffer = ByteBuffer.allocateDirect(24);
    for (SafeTensor tensor : List.of(empty, scalar, last, first)) {
      assertThat(read.read(entry(read, tensor.name()), buffer)).isEqualTo(tensor);
    }
  }

  @Test
  void writingReplacesAFileAndLeavesNothingElse() throws Exception {
    Files.writeString(file, "something else");

    SafetensorsFile.write(file, Map.of(), List.of(tensor("w", DType.F32, 2, 2)));

    assertThat(SafetensorsFile.open(file).tensors()).hasSize(1);
    assertThat(folder).isDirectoryContaining(path -> path.equals(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void twoTensorsOfOneNameAreNotWritten() {
    SafeTensor tensor = tensor("w", DType.F32, 2, 2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafetensorsFile.write(file, Map.of(), List.of(tensor, tensor)))
        .withMessage("there are two tensors named 'w'");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void tensorsThatAreNoWeightsAreListedAndNotRead() throws Exception {
    write(
        "{\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]},"
            + "\"nibbles\":{\"dtype\":\"F4\",\"shape\":[2,3],\"data_offsets\":[3,6]},"
            + "\"future\":{\"dtype\":\"Q3_K\",\"shape\":[64],\"data_offsets\":[6,10],\"scale\":[1]}}",
        10);

    SafetensorsFile read = SafetensorsFile.open(file);

    assertThat(read.tensors())
        .extracting(TensorEntry::type, TensorEntry::dtype, TensorEntry::byteLength)
        .containsExactly(
            tuple("BOOL", Optional.empty(), 3L),
            tuple("F4", Optional.empty(), 3L),
            tuple("Q3_K", Optional.empty(), 4L));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read.read(read.tensors().get(0), ByteBuffer.allocate(3)))
        .withMessage("tensor 'mask' must hold weights, got type: BOOL");
  }

  @Test
  void aBufferThatIsTooSmallIsRefused() throws Exception {
    SafetensorsFile.write(file, Map.of(), List.of(tensor("w", DType.F32, 2, 2)));
    SafetensorsFile read = SafetensorsFile.open(file);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read.read(read.tensors().get(0), ByteBuffer.allocate(15)))
        .withMessage("buffer for tensor 'w' must have 16 bytes, got: 15");
  }

  static Stream<Arguments> malformed() {
    String a = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},";
    return Stream.of(
        arguments("{}", 1, "bytes 0 to 1 of the data belong to no tensor, behind the last one"),
        arguments(
            a + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
            12,
            "tensor 'b' begins at byte 4 of the data, inside tensor 'a', which ends at byte 8"),
        arguments(
            a + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            8,
            "tensor 'b' begins at byte 0 of the data, inside tensor 'a', which ends at byte 8"),
        arguments(
            a + "\"b\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}}",
            8,
            "tensor 'b' begins at byte 4 of the data, inside tensor 'a', which ends at byte 8"),
        arguments(
            a + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[12,20]}}",
            20,
            "bytes 8 to 12 of the data belong to no tensor, before tensor 'b'"),
        arguments(
            a + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[8,9223372036854775807]}}",
            20,
            "data_offsets of tensor 'b' must be 4 bytes apart for U8 [4], got: [8,"
                + " 9223372036854775807]"),
        arguments(
            a + "\"b\":{\"dtype\":\"X\",\"shape\":[4],\"data_offsets\":[8,9223372036854775807]}}",
            20,
            "tensor 'b' ends at byte 9223372036854775807 of the data, of which there are only 20:"
                + " truncated, or a wrong header"),
        arguments(
            a + "\"b\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[8,9]}}",
            9,
            "shape of tensor 'b' overflows, got: [3]"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void aFileWhoseTensorsDoNotAddUpGetsOneLineThatNamesIt(
      String header, int dataBytes, String message) throws IOException {
    write(header, dataBytes);

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessage(file + ": " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          version https://git-lfs.github.com/spec/v1 | is a Git LFS pointer
          GGUFxxxxxxxxxxx                            | is a GGUF file, not safetensors
          {"weight_map": {}}                         | the index of a sharded checkpoint must be named
          hello                                      | a safetensors file must have at least 8 bytes
          hello world                                | header length must be from 2 to 100000000 bytes
          Entry not found                            | the file is text, beginning with 'Entry not found'; save or download the weights again
          <?xml version="1.0"?> <Error>              | beginning with '<?xml version="1.0"?> <Error>'
          中文 is text, too, and cut within a character 中文 | the file is text, beginning with '中文 is text
          """)
  void aFileOfAnotherKindIsCalledWhatItIs(String content, String message) throws IOException {
    Files.writeString(file, content);

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE html><html><title>401 Unauthorized</title></html>",
        "\uFEFF\n <!-- edge 7 --> <!-- --> <HTML lang='en'><head>\n<TITLE>401\n Unauthorized </TITLE>",
      })
  void aPageInPlaceOfAFileIsCalledOneWithItsTitle(String page) throws IOException {
    Files.writeString(file, page);

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessage(
            file
                + ": is an HTML page, '401 Unauthorized', in place of the file, as a site sends it"
                + " that wants a login or has an error; download the file again, with the access"
                + " that its site asks for");
  }

  @Test
  void aPageOfCommentsTakesNoTimeToBeTold() throws IOException {
    Files.writeString(file, "<!-- -->".repeat(5_000));

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .hasMessageContaining("the file is text, beginning with '<!-- -->");
  }

  @Test
  void whatPicklesAndArchivesBeginWithIsNoPartOfAGoodFile() throws Exception {
    // Given a header whose length, 67 million bytes, has the bytes of a zip archive's start
    byte[] start = {'P', 'K', 3, 4, 0, 0, 0, 0, '{'};
    Files.write(file, start);

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .hasMessage(
            file + ": header length must be at most the 1 bytes that follow, got: 67324752");
  }

  /** What version 0.8 of the safetensors library reads. */
  static Stream<Arguments> readByTheLibrary() {
    String a = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    return Stream.of(
        arguments("{\"__metadata__\":null," + a + "}", List.of("a")),
        arguments("{\"__metadata__\":{}," + a + "}", List.of("a")),
        arguments("{" + a + ",\"__metadata__\":{\"format\":\"pt\"}}", List.of("a")),
        arguments("{" + a.replace("\"a\"", "\"\"") + "}", List.of("")),
        arguments("{" + a.replace("\"a\"", "\"  \"") + "}", List.of("  ")),
        arguments("{" + a.replace("\"a\"", "\"\\u0000\"") + "}", List.of("\0")),
        arguments("{" + a.replace("}", ",\"stride\":[[1],{}]}") + "}", List.of("a")),
        arguments("{" + a + "} \n\t", List.of("a")),
        arguments("{" + a.replace("F32", "F8_E4M3FNUZ").replace("[2]", "[8]") + "}", List.of("a")),
        arguments(
            "{\"e\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}," + a + "}",
            List.of("e", "a")));
  }

  @ParameterizedTest
  @MethodSource("readByTheLibrary")
  void anOddHeaderThatTheLibraryReadsIsRead(String header, List<String> names) throws Exception {
    write(header, 8);

    SafetensorsFile read = SafetensorsFile.open(file);

    assertThat(read.tensors()).extracting(TensorEntry::name).isEqualTo(names);
    for (TensorEntry tensor : read.tensors()) {
      if (tensor.dtype().isPresent()) {
        SafeTensor values = read.read(tensor, ByteBuffer.allocate(8));
        assertThat(values.name()).isEqualTo(tensor.name());
        assertThat(values.data().remaining()).isEqualTo(tensor.byteLength());
      }
    }
  }

  /** What it refuses too, and what the format forbids though it reads it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"__metadata__":{"epoch":3}} | __metadata__ 'epoch' must be a string, got: 3
          {"__metadata__":{"epoch":null}} | __metadata__ 'epoch' must be a string, got: null
          {"__metadata__":"x"} | __metadata__ must be an object, got: 'x'
          {"__metadata__":[]} | __metadata__ must be an object, got: [
          {"__metadata__":null,"__metadata__":null} | Duplicate field '__metadata__'
          {"__metadata__":{"k":"1","k":"2"}} | Duplicate field 'k'
          {"a":null} | tensor 'a' must have a name and an object with dtype, shape and data_offsets
          {"a":{"dtype":"","shape":[],"data_offsets":[0,0]}} | dtype of tensor 'a' must be the name of a type, got: ''
          {"a":{"dtype":"F32","shape":null,"data_offsets":[0,0]}} | shape of tensor 'a' must be an array of numbers, got: null
          {"a":{"dtype":"F8_E5M2FNUZ","shape":[8],"data_offsets":[0,9]}} | must be 8 bytes apart
          {},"__metadata__":{"k":"v"}} | header is not JSON at character 2
          """)
  void anOddHeaderThatTheLibraryRefusesGetsOneLine(String header, String message)
      throws IOException {
    write(header, 0);

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void whatIsNoFileIsSaidInOneLine() {
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no file " + file);
    assertThatThrownBy(() -> SafetensorsFile.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + " is a folder: name a file in it");
  }

  @Test
  void aHeaderOfAHundredMegabytesIsNotAllocatedBeforeItIsThere() throws IOException {
    write("{}", 0);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(length.putLong(0, 100_000_000), 0);
    }

    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessage(
            file + ": header length must be at most the 2 bytes that follow, got: 100000000");
  }

  @Test
  void aFileThatBecomesShorterIsAnErrorOfTheTensorsThatAreGone() throws Exception {
    SafeTensor kept = tensor("kept", DType.F32, 2);
    SafetensorsFile.write(file, Map.of(), List.of(kept, tensor("gone", DType.F32, 2, 2)));
    SafetensorsFile read = SafetensorsFile.open(file);
    try (RandomAccessFile truncated = new RandomAccessFile(file.toFile(), "rw")) {
      truncated.setLength(Files.size(file) - 1);
    }

    assertThat(read.read(entry(read, "kept"), ByteBuffer.allocate(16))).isEqualTo(kept);
    assertThatThrownBy(() -> read.read(entry(read, "gone"), ByteBuffer.allocate(16)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            file
                + ": tensor 'gone' is no longer there: the file has become shorter while it was"
                + " read");
  }

  private static TensorEntry entry(SafetensorsFile file, String name) {
    return file.tensors().stream()
        .filter(tensor -> tensor.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static SafeTensor tensor(String name, DType dtype, long... shape) {
    List<Long> dimensions = Arrays.stream(shape).boxed().toList();
    byte[] data = new byte[(int) SafeTensor.byteLength(dtype, dimensions)];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i + name.length());
    }
    return new SafeTensor(name, dtype, dimensions, Map.of(), ByteBuffer.wrap(data));
  }

  private void write(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer content =
        ByteBuffer.allocate(8 + json.length + dataBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json);
    Files.write(file, content.array());
  }
}
