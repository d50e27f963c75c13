package io.isotherm.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.terminal.UserError;
import java.net.ServerSocket;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class ServicePortsTest {

  @Test
  void servicesTakeTheNextPortsInOrder() {
    ServicePorts ports = ServicePorts.of(9092, 8080);

    assertThat(ports.bootstrapServers()).isEqualTo("127.0.0.1:9092");
    assertThat(ports.http())
        .containsEntry(Service.MONITOR, 8080)
        .containsEntry(Service.TRAINER, 8081)
        .containsEntry(Service.SPECTRAL, 8082)
        .containsEntry(Service.SCHEDULER, 8083);
    assertThat(ports.readiness(Service.TRAINER))
        .hasToString("http://127.0.0.1:8081/q/health/ready");
  }

  @Test
  void zeroMeansAnyFreePortAndNoneTwice() {
    ServicePorts ports = ServicePorts.of(0, 0);

    HashSet<Integer> all = new HashSet<>(ports.http().values());
    all.add(ports.kafka());
    assertThat(all).hasSize(5).doesNotContain(0);
    ports.requireFree();
  }

  @Test
  void everyPortInUseIsNamedInOneLine() throws Exception {
    try (ServerSocket kafka = new ServerSocket(0);
        ServerSocket http = new ServerSocket(0)) {
      ServicePorts ports = ServicePorts.of(kafka.getLocalPort(), http.getLocalPort() - 1);

      assertThatThrownBy(ports::requireFree)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("port " + kafka.getLocalPort() + " (Kafka)")
          .hasMessageContaining("port " + http.getLocalPort() + " (trainer-service)")
          .hasMessageContaining("--kafka-port N and --http-port N")
          .hasMessageNotContaining("\n");
    }
  }
}
