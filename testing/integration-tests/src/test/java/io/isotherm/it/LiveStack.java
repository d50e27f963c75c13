package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.local.process.ManagedProcess;
import io.isotherm.local.process.ProcessGroup;
import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.Service;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.local.stack.Stack;
import io.isotherm.local.stack.WorkDirectory;
import io.isotherm.testkit.TopicReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The broker and the four services as processes, shared by all tests of the JVM. A test may kill a
 * process, and starts it again before it ends.
 */
final class LiveStack {

  /** A training thread that waited for a service or the broker would spend more of its time so. */
  static final double WAITING_SHARE = 0.05;

  /** Starting on two busy cores has been seen to take half a minute. */
  private static final Duration READY_WITHIN = Duration.ofMinutes(4);

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static LiveStack shared;

  private final ServicePorts ports;
  private final Stack stack;
  private final Map<String, ProcessGroup> groups = new HashMap<>();
  private final Map<String, ManagedProcess> processes = new HashMap<>();

  private LiveStack() {
    Installation installation = new Installation(Path.of("../..").toAbsolutePath().normalize());
    installation.requireBuilt();
    ports = ServicePorts.of(0, 0);
    WorkDirectory work = WorkDirectory.kept(Path.of("target/live-stack").toAbsolutePath(), 500);
    work.delete();
    stack = new Stack(installation, ports, work, new ProcessGroup(PATIENCE));
  }

  /** The one of this JVM, started at its first use and ready. */
  static synchronized LiveStack shared() throws InterruptedException {
    if (shared == null) {
      LiveStack live = new LiveStack();
      Runtime.getRuntime().addShutdownHook(new Thread(live::stopAll, "live-stack-stop"));
      live.startBroker();
      for (Service service : Service.values()) {
        live.start(service);
      }
      shared = live;
    }
    for (Service service : Service.values()) {
      shared.awaitReady(service);
    }
    return shared;
  }

  String bootstrapServers() {
    return ports.bootstrapServers();
  }

  TrainerClient trainer() {
    return new TrainerClient(ports.address(Service.TRAINER));
  }

  TopicReader topics() {
    return new TopicReader(bootstrapServers());
  }

  void startBroker() throws InterruptedException {
    start(Stack.BROKER);
    stack.awaitBroker(waiting -> {});
  }

  void start(Service service) {
    start(service.module());
  }

  void awaitReady(Service service) throws InterruptedException {
    groups.get(service.module()).awaitReady(READY_WITHIN, waiting -> {});
  }

  void killBroker() throws InterruptedException {
    kill(Stack.BROKER);
  }

  /** SIGKILL: the process has no chance to do anything more. */
  void kill(Service service) throws InterruptedException {
    kill(service.module());
  }

  private synchronized void start(String name) {
    ProcessGroup group = new ProcessGroup(PATIENCE);
    groups.put(name, group);
    processes.put(
        name,
        group.start(
            name.equals(Stack.BROKER)
                ? stack.broker()
                : stack.service(
                    List.of(Service.values()).stream()
                        .filter(service -> service.module().equals(name))
                        .findFirst()
                        .orElseThrow())));
  }

  private synchronized void kill(String name) throws InterruptedException {
    ProcessHandle process = ProcessHandle.of(processes.get(name).pid()).orElseThrow();
    assertThat(process.destroyForcibly()).as("SIGKILL sent to " + name).isTrue();
    try {
      process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError(name + " is still alive after SIGKILL", e);
    }
  }

  private synchronized void stopAll() {
    ProcessGroup broker = groups.remove(Stack.BROKER);
    groups.values().forEach(ProcessGroup::close);
    if (broker != null) {
      broker.close();
    }
  }
}
