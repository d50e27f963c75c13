package io.isotherm.kafka.settings;

import io.isotherm.checks.OneLine;
import org.apache.kafka.common.utils.Utils;

/** The form of {@code bootstrap.servers}: {@code host:port}, or several with commas. */
final class BootstrapServers {

  private static final int MAX_PORT = 65_535;

  private BootstrapServers() {}

  /** Refuses what is no list of addresses; whether anybody is there is seen later. */
  static void require(String servers) {
    if (servers == null || servers.isBlank()) {
      throw new InvalidSettingsException(
          "bootstrap.servers must not be empty: host:port of a broker");
    }
    for (String address : servers.split(",", -1)) {
      String host = Utils.getHost(address.strip());
      Integer port = Utils.getPort(address.strip());
      if (host == null || host.isEmpty() || port == null || port < 1 || port > MAX_PORT) {
        throw new InvalidSettingsException(
            "bootstrap.servers must be host:port, or several with commas, got: "
                + OneLine.quoted(servers));
      }
    }
  }
}
