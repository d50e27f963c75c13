package io.isotherm.embeddedkafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortsTest {

  @Test
  void anyPortIsBelowThoseOfOutgoingConnectionsAndHeldUntilItIsClosed() throws IOException {
    int port;
    try (ServerSocket held = FreePorts.hold()) {
      port = held.getLocalPort();

      assertThat(port).isBetween(20_000, 32_767);
      assertThatThrownBy(() -> FreePorts.hold(port)).isInstanceOf(IOException.class);
    }
    try (ServerSocket again = FreePorts.hold(port)) {
      assertThat(again.getLocalPort()).isEqualTo(port);
    }
  }
}
