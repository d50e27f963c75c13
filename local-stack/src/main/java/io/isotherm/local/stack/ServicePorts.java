package io.isotherm.local.stack;

import io.isotherm.embeddedkafka.FreePorts;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything listens, on 127.0.0.1.
 *
 * @param kafka port of the broker
 * @param http port of each service
 */
public record ServicePorts(int kafka, Map<Service, Integer> http) {

  /** Copies the map. */
  public ServicePorts {
    http = Map.copyOf(http);
  }

  /**
   * The ports that somebody asked for, with free ones in place of 0.
   *
   * @param kafka port of the broker, or 0
   * @param firstHttp port of the monitor, the others follow it; or 0
   * @throws UserError if there is no free port
   */
  public static ServicePorts of(int kafka, int firstHttp) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      int kafkaPort = kafka == 0 ? hold(held) : kafka;
      Map<Service, Integer> http = new EnumMap<>(Service.class);
      for (Service service : Service.values()) {
        http.put(service, firstHttp == 0 ? hold(held) : firstHttp + service.portOffset());
      }
      return new ServicePorts(kafkaPort, http);
    } catch (IOException e) {
      throw new UserError("no free port on 127.0.0.1: " + e.getMessage(), e);
    } finally {
      held.forEach(ServicePorts::release);
    }
  }

  /** Address of the broker. */
  public String bootstrapServers() {
    return "127.0.0.1:" + kafka;
  }

  /** Address of a service, with a slash at its end. */
  public URI address(Service service) {
    return URI.create("http://127.0.0.1:" + http.get(service) + "/");
  }

  /** The endpoint that says whether a service is ready. */
  public URI readiness(Service service) {
    return address(service).resolve("q/health/ready");
  }

  /**
   * Checks that nobody listens on any of them.
   *
   * @throws UserError with one line that names all that are taken
   */
  public void requireFree() {
    List<String> taken = new ArrayList<>();
    List<String> options = new ArrayList<>();
    if (!isFree(kafka)) {
      taken.add(kafka + " (Kafka)");
      options.add("--kafka-port");
    }
    for (Service service : Service.values()) {
      if (!isFree(http.get(service))) {
        taken.add(http.get(service) + " (" + service.module() + ")");
        if (!options.contains("--http-port")) {
          options.add("--http-port");
        }
      }
    }
    if (!taken.isEmpty()) {
      throw new UserError(
          "already in use on 127.0.0.1: port %s; choose others with %s N, or 0 for any free ones"
              .formatted(String.join(", port ", taken), String.join(" N and ", options)));
    }
  }

  /** Whether the port can be bound on 127.0.0.1. */
  private static boolean isFree(int port) {
    try (ServerSocket socket = FreePorts.hold(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static int hold(List<ServerSocket> held) throws IOException {
    ServerSocket socket = FreePorts.hold();
    held.add(socket);
    return socket.getLocalPort();
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
