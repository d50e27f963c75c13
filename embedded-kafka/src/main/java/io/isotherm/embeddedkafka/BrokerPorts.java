package io.isotherm.embeddedkafka;

import java.io.IOException;
import java.net.ServerSocket;

/**
 * The ports of a broker on the loopback interface.
 *
 * @param clients where clients connect
 * @param controller where the broker talks to its own controller
 * @param login where clients connect with TLS and a login, if the broker has that
 * @param tls where clients connect with TLS and a certificate, if the broker has that
 */
record BrokerPorts(int clients, int controller, int login, int tls) {

  /** Different ports that nobody listens on at the moment. */
  static BrokerPorts anyFree() {
    try (ServerSocket clients = FreePorts.hold();
        ServerSocket controller = FreePorts.hold();
        ServerSocket login = FreePorts.hold();
        ServerSocket tls = FreePorts.hold()) {
      return new BrokerPorts(
          clients.getLocalPort(),
          controller.getLocalPort(),
          login.getLocalPort(),
          tls.getLocalPort());
    } catch (IOException e) {
      throw new EmbeddedKafkaException("no free port on 127.0.0.1: " + e.getMessage(), e);
    }
  }

  /** Where a listener with security is. */
  int of(BrokerSecurity.Listener listener) {
    return listener == BrokerSecurity.Listener.SSL ? tls : login;
  }

  /**
   * Checks that the ports of clients and controller can be bound.
   *
   * @throws EmbeddedKafkaException with one line that names the port that cannot
   */
  void requireFree() {
    requireFree("broker", clients);
    requireFree("controller", controller);
  }

  private static void requireFree(String what, int port) {
    try (ServerSocket socket = FreePorts.hold(port)) {
      if (!socket.isBound()) {
        throw new EmbeddedKafkaException("port %d of the %s was not bound".formatted(port, what));
      }
    } catch (IOException e) {
      throw new EmbeddedKafkaException(
          "port %d of the Kafka %s on 127.0.0.1 is not free (%s): stop what uses it or choose another"
              .formatted(port, what, e.getMessage()),
          e);
    }
  }
}
