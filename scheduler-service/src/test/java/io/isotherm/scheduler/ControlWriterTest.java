package io.isotherm.scheduler;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.control.Signature;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlWriterTest {

  @Test
  void controlThatNoBrokerConfirmsIsNotTakenForWritten() {
    Control hold = new Control("r", 7, new Control.Command.Hold(), new Signature("ada", 1_000));
    ControlWriter writer =
        new ControlWriter(
            Map.of("bootstrap.servers", "127.0.0.1:1"),
            TestConfig.with(Map.of("isotherm.scheduler.request-timeout", "300ms")));
    try {
      assertThatThrownBy(() -> writer.write(hold))
          .isInstanceOf(NotReadyException.class)
          .hasMessageStartingWith("Kafka has not confirmed the control of run 'r'")
          .hasMessageNotContaining("\n");
    } finally {
      writer.close();
    }
  }
}
