package io.isotherm.local.process;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The programs that the tests start: {@code ready PORT}, {@code waits}, {@code fails}, {@code notes
 * FILE NAME} (writes its name when it is asked to end), {@code stubborn} and {@code launcher FOLDER
 * AGENT} (has children of its own).
 */
final class Child {

  private Child() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "ready" -> serve(Integer.parseInt(arguments[1]));
      case "waits" -> System.out.println("waiting");
      case "fails" -> {
        System.out.println("first line");
        System.out.println("something is wrong here");
        System.exit(7);
      }
      case "notes" -> note(Path.of(arguments[1]), arguments[2]);
      case "stubborn" -> ignoreTheEnd();
      case "launcher" -> launch(Path.of(arguments[1]), Path.of(arguments[2]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    new CountDownLatch(1).await();
  }

  /** The command that starts one of them, with JVM options before the class. */
  static List<String> command(List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  static ProcessSpec spec(Path folder, String name, int tier, List<String> command) {
    return new ProcessSpec(
        name, tier, command, Map.of(), folder, folder.resolve(name + ".log"), Optional.empty());
  }

  private static void serve(int port) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/ready",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.createContext(
        "/unready",
        exchange -> {
          byte[] reason = "{\"reason\": \"the broker is away\"}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(503, reason.length);
          exchange.getResponseBody().write(reason);
          exchange.close();
        });
    server.start();
  }

  private static void note(Path file, String name) throws IOException {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    Files.writeString(
                        file, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
    System.out.println("started");
  }

  private static void ignoreTheEnd() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    System.out.println("started");
  }

  private static void launch(Path folder, Path agent) {
    ProcessGroup group = new ProcessGroup(Duration.ofSeconds(10));
    Runtime.getRuntime().addShutdownHook(new Thread(group::close));
    Path notes = folder.resolve("notes");
    String watch = "-javaagent:" + agent + "=" + ProcessHandle.current().pid();
    List<Long> pids = new ArrayList<>();
    for (int tier = 0; tier < 3; tier++) {
      String name = "tier" + tier;
      List<String> command = command(List.of(watch), "notes", notes.toString(), name);
      pids.add(group.start(spec(folder, name, tier, command)).pid());
    }
    System.out.println("children " + pids);
  }
}
