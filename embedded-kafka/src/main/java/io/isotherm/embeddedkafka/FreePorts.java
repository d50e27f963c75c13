package io.isotherm.embeddedkafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback interface that nobody listens on. They are below 32768, from where Linux
 * takes the ports of outgoing connections: a port that is let go for a moment, or whose process has
 * been killed and starts again, is not taken by somebody who only connects.
 */
public final class FreePorts {

  private static final int FIRST = 20_000;
  private static final int END = 32_768;
  private static final int ATTEMPTS = 200;
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  private FreePorts() {}

  /**
   * Listens on any of them; it is free again when the socket is closed.
   *
   * @throws IOException if none can be had
   */
  public static ServerSocket hold() throws IOException {
    IOException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return hold(ThreadLocalRandom.current().nextInt(FIRST, END));
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  /**
   * Listens on that port; it is free again when the socket is closed.
   *
   * @throws IOException if it is taken
   */
  public static ServerSocket hold(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port), 1);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
