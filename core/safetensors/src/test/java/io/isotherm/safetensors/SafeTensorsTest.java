package io.isotherm.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SafeTensorsTest {

  private static final String VALID =
      "{\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";

  @ParameterizedTest
  @EnumSource
  void tensorSurvivesTheRoundTrip(DType dtype) throws MalformedSafetensorsException {
    byte[] data = new byte[6 * dtype.bytes()];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) i;
    }
    SafeTensor tensor =
        new SafeTensor(
            "h.0.w",
            dtype,
            List.of(2L, 3L),
            Map.of(SafeTensor.LAYOUT, "in,out", "made-by", "\u00e9"),
            ByteBuffer.wrap(data));

    SafeTensor read = SafeTensors.read(SafeTensors.write(tensor));

    assertThat(read).isEqualTo(tensor);
    assertThat(read.elementCount()).isEqualTo(6);
    assertThat(read.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void scalarAndEmptyTensorSurviveTheRoundTrip() throws MalformedSafetensorsException {
    SafeTensor scalar = new SafeTensor("s", DType.F64, List.of(), Map.of(), ByteBuffer.allocate(8));
    SafeTensor empty =
        new SafeTensor("e", DType.F16, List.of(0L, 3L), Map.of(), ByteBuffer.allocate(0));

    assertThat(SafeTensors.read(SafeTensors.write(scalar))).isEqualTo(scalar);
    assertThat(SafeTensors.read(SafeTensors.write(empty))).isEqualTo(empty);
  }

  @Test
  void elementsBeginAtAMultipleOfEightBytes() {
    for (String name :
        List.of("a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh")) {
      assertThat(SafeTensors.header(name, DType.F32, List.of(1L), Map.of()).length % 8).isZero();
    }
  }

  @Test
  void documentIsReadBetweenPositionAndLimit() throws MalformedSafetensorsException {
    ByteBuffer document = document(VALID, 8);
    ByteBuffer inside = ByteBuffer.allocateDirect(document.remaining() + 20);
    inside.position(7).put(document).limit(inside.position()).position(7);

    SafeTensor tensor = SafeTensors.read(inside);

    assertThat(tensor.data().remaining()).isEqualTo(8);
    assertThat(inside.position()).isEqualTo(7);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        arguments("[]", 0, "header must begin with '{', got byte: 0x5b"),
        arguments(" {}", 0, "header must begin with '{', got byte: 0x20"),
        arguments("{}", 0, "header must describe exactly one tensor, got: 0"),
        arguments(
            VALID.replace(
                "}}", "},\"v\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}"),
            8,
            "header must describe exactly one tensor, got: 2"),
        arguments(
            VALID.replace("}}", "}," + VALID.substring(1)),
            8,
            "header is not JSON at character 59: Duplicate field 'w'"),
        arguments(
            VALID.replace("\"shape\"", "\"dtype\":\"F32\",\"shape\""),
            8,
            "header is not JSON at character 27: Duplicate field 'dtype'"),
        arguments(VALID + " x", 0, null),
        arguments(VALID + "{}", 8, "header must end with its object, got more at character 56"),
        arguments("{\"a\":", 0, null),
        arguments("{\u0000\"\u0000a\u0000", 0, null),
        arguments(
            "{\"w\":7}",
            0,
            "tensor 'w' must have a name and an object with dtype, shape and data_offsets"),
        arguments(
            VALID.replace("\"w\"", "\" \""),
            8,
            "tensor ' ' must have a name and an object with dtype, shape and data_offsets"),
        arguments("{\"__metadata__\":7}", 0, "__metadata__ must be an object, got: 7"),
        arguments("{\"__metadata__\":{\"k\":7}}", 0, "__metadata__ 'k' must be a string, got: 7"),
        arguments(
            VALID.replace("F32", "I32"),
            8,
            "dtype of tensor 'w' must be one of [F64, F32, F16, BF16], got: 'I32'"),
        arguments(
            VALID.replace("\"F32\"", "32"),
            8,
            "dtype of tensor 'w' must be the name of a type, got: 32"),
        arguments(
            VALID.replace("F32", "F".repeat(33)),
            8,
            "dtype of tensor 'w' must be the name of a type, got: '" + "F".repeat(33) + "'"),
        arguments(VALID.replace("\"dtype\"", "\"type\""), 8, "dtype of tensor 'w' is missing"),
        arguments(VALID.replace("shape", "shapes"), 8, "shape of tensor 'w' is missing"),
        arguments(VALID.replace("data_", ""), 8, "data_offsets of tensor 'w' is missing"),
        arguments(
            VALID.replace("[1,2]", "2"),
            8,
            "shape of tensor 'w' must be an array of numbers, got: 2"),
        arguments(
            VALID.replace("[1,2]", "[1,1,1,1,1,1,1,1,2]"),
            8,
            "shape of tensor 'w' must have at most 8 dimensions, got: [1, 1, 1, 1, 1, 1, 1, 1, 2]"),
        arguments(
            VALID.replace("[1,2]", "[1" + ",1".repeat(64) + "]"),
            8,
            "shape of tensor 'w' must be at most 64 numbers, got more"),
        arguments(
            VALID.replace("[1,2]", "[-1,-2]"),
            8,
            "shape of tensor 'w' must be whole numbers from 0, got: -1"),
        arguments(
            VALID.replace("[1,2]", "[1.0,2]"),
            8,
            "shape of tensor 'w' must be whole numbers from 0, got: 1.0"),
        arguments(
            VALID.replace("[1,2]", "[[1],2]"),
            8,
            "shape of tensor 'w' must be whole numbers from 0, got: ["),
        arguments(
            VALID.replace("[1,2]", "[9223372036854775808]"),
            8,
            "shape of tensor 'w' must be whole numbers from 0, got: 9223372036854775808"),
        arguments(
            VALID.replace("[1,2]", "[4294967296,4294967296]"),
            8,
            "shape of tensor 'w' overflows, got: [4294967296, 4294967296]"),
        arguments(
            VALID.replace("[0,8]", "[0,9]"),
            8,
            "data_offsets of tensor 'w' must be 8 bytes apart for F32 [1, 2], got: [0, 9]"),
        arguments(
            VALID.replace("[0,8]", "[8,0]"),
            8,
            "data_offsets of tensor 'w' must be a begin and an end, got: [8, 0]"),
        arguments(
            VALID.replace("[0,8]", "[4,12]"),
            12,
            "bytes 0 to 4 of the data belong to no tensor, before tensor 'w'"),
        arguments(
            VALID.replace("[0,8]", "[0]"),
            8,
            "data_offsets of tensor 'w' must be a begin and an end, got: [0]"),
        arguments(
            VALID,
            7,
            "tensor 'w' ends at byte 8 of the data, of which there are only 7: truncated, or a wrong"
                + " header"),
        arguments(VALID, 9, "bytes 8 to 9 of the data belong to no tensor, behind the last one"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedDocumentGetsOneClearLine(String header, int dataBytes, String message) {
    ByteBuffer document = document(header, dataBytes);

    assertThatThrownBy(() -> SafeTensors.read(document))
        .isInstanceOf(MalformedSafetensorsException.class)
        .satisfies(
            e -> {
              if (message == null) {
                assertThat(e.getMessage())
                    .startsWith("header is not JSON at ")
                    .doesNotContain("\n");
              } else {
                assertThat(e).hasMessage(message);
              }
            });
  }

  @Test
  void headerMustBeUtf8() {
    ByteBuffer document = document("{\"\u00ff\":1}", 0, StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> SafeTensors.read(document))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessage("header is not UTF-8");
  }

  static Stream<Arguments> lengths() {
    return Stream.of(
        arguments(0L, "header length must be from 2 to 65536 bytes, got: 0"),
        arguments(1L, "header length must be from 2 to 65536 bytes, got: 1"),
        arguments(3L, "header length must be at most the 2 bytes that follow, got: 3"),
        arguments(65536L, "header length must be at most the 2 bytes that follow, got: 65536"),
        arguments(65537L, "header length must be from 2 to 65536 bytes, got: 65537"),
        arguments(-1L, "header length must be from 2 to 65536 bytes, got: 18446744073709551615"));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void headerLengthIsNotTrusted(long length, String message) {
    ByteBuffer document = document("{}", 0).putLong(0, length);

    assertThatThrownBy(() -> SafeTensors.read(document))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessage(message);
  }

  @Test
  void documentWithoutALengthIsRefused() {
    assertThatThrownBy(() -> SafeTensors.read(ByteBuffer.allocate(7)))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessage("a document must have at least 8 bytes, got: 7");
  }

  @Test
  void writerRefusesWhatTheReaderWouldRefuse() {
    ByteBuffer none = ByteBuffer.allocate(0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SafeTensor("w", DType.F32, List.of(2L), Map.of(), none))
        .withMessage("tensor 'w' of F32 [2] must have 8 bytes, got: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SafeTensor("w", DType.F32, List.of(-2L, 0L), Map.of(), none))
        .withMessage("shape must not be negative, got: [-2, 0]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafeTensors.header("__metadata__", DType.F32, List.of(), Map.of()))
        .withMessage("a tensor must not be named __metadata__");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafeTensors.header(" ", DType.F32, List.of(), Map.of()))
        .withMessage("name of a tensor must not be empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafeTensors.header("w", DType.F32, Collections.nCopies(9, 1L), Map.of()))
        .withMessage(
            "shape of tensor 'w' must have at most 8 dimensions, got: [1, 1, 1, 1, 1, 1, 1, 1, 1]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SafeTensors.header("w", DType.F32, List.of(), Map.of("k", "v".repeat(66_000))))
        .withMessageStartingWith("header of tensor 'w' must have at most 65536 bytes, got: ");
  }

  static ByteBuffer document(String header, int dataBytes) {
    return document(header, dataBytes, StandardCharsets.UTF_8);
  }

  private static ByteBuffer document(String header, int dataBytes, Charset charset) {
    byte[] json = header.getBytes(charset);
    return ByteBuffer.allocate(8 + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .rewind();
  }
}
