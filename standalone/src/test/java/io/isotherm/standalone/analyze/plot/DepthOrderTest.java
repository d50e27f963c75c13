package io.isotherm.standalone.analyze.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DepthOrderTest {

  @ParameterizedTest
  @CsvSource({
    "h.0 h.1 h.10 h.2,            h.0 h.1 h.2 h.10",
    "a.10.w a.9.w b.1.w,          a.9.w a.10.w b.1.w",
    "h h.1,                       h h.1",
    "h.007 h.10 h.9,              h.007 h.9 h.10",
    "v99999999999999999999.a v100000000000000000000.b, v99999999999999999999.a v100000000000000000000.b",
  })
  void namesInTheAlphabetsOrderGoByTheirNumbers(String names, String expected) {
    assertThat(ordered(names)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"stem stage1.0 stage1.1 head", "h.2 h.10 h.1"})
  void anyOtherOrderIsBelieved(String names) {
    assertThat(ordered(names)).isEqualTo(names);
  }

  private static String ordered(String names) {
    return String.join(" ", DepthOrder.of(Arrays.asList(names.split(" ")), name -> name));
  }
}
