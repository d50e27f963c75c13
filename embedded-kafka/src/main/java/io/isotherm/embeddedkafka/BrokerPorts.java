package io.isotherm.embeddedkafka;

import io.isotherm.kafka.BrokerException;
import java.io.IOException;
import java.net.ServerSocket;

/**
 * The two ports of a broker on the loopback interface.
 *
 * @param clients where clients connect
 * @param controller where the broker talks to its own controller
 */
record BrokerPorts(int clients, int controller) {

  /** Two different ports that nobody listens on at the moment. */
  static BrokerPorts anyFree() {
    try (ServerSocket clients = FreePorts.hold();
        ServerSocket controller = FreePorts.hold()) {
      return new BrokerPorts(clients.getLocalPort(), controller.getLocalPort());
    } catch (IOException e) {
      throw new BrokerException("no free port on 127.0.0.1: " + e.getMessage(), e);
    }
  }

  /**
   * Checks that both ports can be bound.
   *
   * @throws BrokerException with one line that names the port that cannot
   */
  void requireFree() {
    requireFree("broker", clients);
    requireFree("controller", controller);
  }

  private static void requireFree(String what, int port) {
    try (ServerSocket socket = FreePorts.hold(port)) {
      if (!socket.isBound()) {
        throw new BrokerException("port %d of the %s was not bound".formatted(port, what));
      }
    } catch (IOException e) {
      throw new BrokerException(
          "port %d of the Kafka %s on 127.0.0.1 is not free (%s): stop what uses it or choose another"
              .formatted(port, what, e.getMessage()),
          e);
    }
  }
}
