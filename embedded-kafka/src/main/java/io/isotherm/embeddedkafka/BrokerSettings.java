package io.isotherm.embeddedkafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The settings of a broker that is alone, on one machine. */
final class BrokerSettings {

  private BrokerSettings() {}

  static Properties of(BrokerDirectory directory, BrokerPorts ports, BrokerOptions options) {
    Properties config = new Properties();
    config.setProperty("process.roles", "broker,controller");
    config.setProperty("node.id", "1");
    config.setProperty("controller.listener.names", "CONTROLLER");
    config.setProperty("inter.broker.listener.name", "PLAINTEXT");
    config.setProperty("controller.quorum.bootstrap.servers", "127.0.0.1:" + ports.controller());
    config.setProperty("log.dirs", directory.logs().toString());
    config.setProperty("auto.create.topics.enable", "false");
    for (String internal :
        new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
      config.setProperty(internal + ".num.partitions", "1");
      config.setProperty(internal + ".replication.factor", "1");
    }
    config.setProperty("transaction.state.log.min.isr", "1");
    // What a killed process had begun to write keeps readers waiting until it is found.
    config.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    config.setProperty("share.coordinator.state.topic.min.isr", "1");
    config.setProperty("group.initial.rebalance.delay.ms", "0");
    config.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
    config.setProperty("num.network.threads", "2");
    config.setProperty("num.io.threads", "4");
    addListeners(config, ports, options);
    config.putAll(options.settings());
    return config;
  }

  private static void addListeners(Properties config, BrokerPorts ports, BrokerOptions options) {
    List<String> clients = new ArrayList<>(List.of(address("PLAINTEXT", ports.clients())));
    List<String> protocols =
        new ArrayList<>(List.of("PLAINTEXT:PLAINTEXT", "CONTROLLER:PLAINTEXT"));
    options
        .security()
        .ifPresent(
            security -> {
              for (BrokerSecurity.Listener listener : BrokerSecurity.Listener.values()) {
                clients.add(address(listener.name(), ports.of(listener)));
                protocols.add(listener + ":" + listener);
              }
              security.addTo(config);
            });
    config.setProperty("advertised.listeners", String.join(",", clients));
    config.setProperty("listener.security.protocol.map", String.join(",", protocols));
    clients.add(address("CONTROLLER", ports.controller()));
    config.setProperty("listeners", String.join(",", clients));
  }

  private static String address(String listener, int port) {
    return listener + "://127.0.0.1:" + port;
  }
}
