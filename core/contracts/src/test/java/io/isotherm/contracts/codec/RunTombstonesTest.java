package io.isotherm.contracts.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunTombstonesTest {

  @Test
  void tombstoneNamesTheIncarnationThatItBuries() throws InvalidMessageException {
    WireRecord tombstone = RunTombstones.encode("r", 1_700_000_000_000L);

    assertThat(tombstone.key()).isEqualTo("r");
    assertThat(RunTombstones.decode(source(tombstone.headers()))).hasValue(1_700_000_000_000L);
  }

  @Test
  void headersAreWrittenAsTheyAlwaysWere() {
    Map<String, String> headers = new TreeMap<>();
    RunTombstones.encode("r", 7)
        .headers()
        .forEach((name, value) -> headers.put(name, new String(value, UTF_8)));

    assertThat(headers)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "ce_id", "r:7:tombstone",
                "ce_incarnation", "7",
                "ce_source", "/isotherm/scheduler-service",
                "ce_specversion", "1.0",
                "ce_subject", "r",
                "ce_type", "io.isotherm.run-tombstone.v1"));
  }

  @Test
  void recordWithoutCloudEventsHeadersNamesNone() throws InvalidMessageException {
    assertThat(RunTombstones.decode(sink -> {})).isEmpty();
    assertThat(RunTombstones.decode(source(Map.of("traceparent", new byte[0])))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ce_type, io.isotherm.run.v1, header ce_type must be io.isotherm.run-tombstone.v1",
    "ce_incarnation, -1, header ce_incarnation must be a whole number",
    "ce_incarnation, soon, header ce_incarnation must be a whole number"
  })
  void badHeaderIsNamed(String header, String value, String message) {
    WireRecord bad = RunTombstones.encode("r", 7).withHeader(header, value);

    assertThatThrownBy(() -> RunTombstones.decode(source(bad.headers())))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void thereIsNoIncarnationBeforeTheFirst() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunTombstones.encode("r", 0))
        .withMessage("incarnation of run 'r' must be 1 or more, got: 0");
  }

  private static HeaderSource source(Map<String, byte[]> headers) {
    return headers::forEach;
  }
}
