package io.isotherm.local.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** The interface that everything listens on: 127.0.0.1. */
final class Loopback {

  private static final byte[] ADDRESS = {127, 0, 0, 1};

  private Loopback() {}

  /** Whether somebody accepts connections at a port. */
  static boolean listens(int port, Duration patience) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(ADDRESS), port),
          (int) patience.toMillis());
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
