package io.isotherm.contracts.codec;

import static io.isotherm.contracts.codec.Examples.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.Topic;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

  @Test
  void recordComesAsItWasWithReasonAndOrigin() {
    byte[] value = {1, 2, 3};

    WireRecord letter =
        DeadLetters.encode(
            "isotherm.snapshots",
            3,
            99,
            "run/layer",
            sink -> sink.accept("ce_id", utf8("7")),
            value,
            "header ce_step\nis missing");

    assertThat(letter.topic()).isEqualTo(Topic.DEAD_LETTERS);
    assertThat(letter.key()).isEqualTo("run/layer");
    assertThat(letter.value()).isSameAs(value);
    assertThat(letter.headers().keySet())
        .containsExactly(
            "ce_id",
            "dead-letter-reason",
            "dead-letter-topic",
            "dead-letter-partition",
            "dead-letter-offset");
    assertThat(text(letter, "ce_id")).isEqualTo("7");
    assertThat(text(letter, DeadLetters.REASON)).isEqualTo("header ce_step?is missing");
    assertThat(text(letter, DeadLetters.TOPIC)).isEqualTo("isotherm.snapshots");
    assertThat(text(letter, DeadLetters.PARTITION)).isEqualTo("3");
    assertThat(text(letter, DeadLetters.OFFSET)).isEqualTo("99");
  }

  @Test
  void recordWithoutKeyValueOrHeaderValueIsKeptToo() {
    WireRecord letter =
        DeadLetters.encode(
            "isotherm.runs", 0, 1, null, sink -> sink.accept("x", null), null, "no key");

    assertThat(letter.key()).isEqualTo("isotherm.runs-0");
    assertThat(letter.value()).isEmpty();
    assertThat(text(letter, "x")).isEmpty();
  }

  private static String text(WireRecord record, String header) {
    return new String(record.headers().get(header), StandardCharsets.UTF_8);
  }
}
