package io.isotherm.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Stands in for every service: ready at once, and as a trainer it has one run whose state and cause
 * are those of the environment. The service named in {@code FAKE_BROKEN} does not start, the one in
 * {@code FAKE_UNREADY} never gets ready.
 */
final class FakeService {

  private FakeService() {}

  public static void main(String[] arguments) throws IOException {
    String jar = System.getProperty("java.class.path");
    if (named("FAKE_BROKEN", jar)) {
      System.out.println("cannot start: no such setting");
      System.exit(3);
    }
    int port = Integer.parseInt(System.getenv("QUARKUS_HTTP_PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    int ready = named("FAKE_UNREADY", jar) ? 503 : 200;
    server.createContext("/q/health/ready", exchange -> answer(exchange, ready, "{}"));
    server.createContext("/runs", FakeService::run);
    server.createContext("/api/runs", exchange -> answer(exchange, 200, "[]"));
    server.start();
    System.out.println("serving");
  }

  private static boolean named(String variable, String jar) {
    String service = System.getenv(variable);
    return service != null && jar.contains(service);
  }

  private static void run(HttpExchange exchange) throws IOException {
    boolean order = exchange.getRequestMethod().equals("POST");
    System.out.println(order ? "ordered" : "asked");
    if (order) {
      // As the trainer does before it says that a run has ended.
      Path checkpoints = Path.of(System.getProperty("isotherm.trainer.checkpoints"));
      Files.createDirectories(checkpoints);
      Files.writeString(checkpoints.resolve("demo.safetensors"), "weights");
    }
    answer(
        exchange,
        order ? 202 : 200,
        """
        {"state": "%s", "cause": "%s", "counters": {"snapshotsTaken": 0, "snapshotsPublished": 0,
         "snapshotsDropped": 0, "decisionsApplied": 0, "decisionsRejected": 0, "stallNanos": 0,
         "trainingNanos": 0}}
        """
            .formatted(
                System.getenv().getOrDefault("FAKE_STATE", "training"),
                System.getenv().getOrDefault("FAKE_CAUSE", "")));
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
