package io.isotherm.benchmarks.scheduler;

import io.isotherm.local.process.ProcessGroup;
import io.isotherm.local.process.ProcessSpec;
import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.Service;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.local.stack.Stack;
import io.isotherm.local.stack.WorkDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A broker with empty topics and some schedulers, gone with all their data when it is closed. */
final class Cluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long MEGABYTES = 8_000;

  private final Installation installation;
  private final List<String> schedulerOptions;
  private final WorkDirectory work = WorkDirectory.temporary(MEGABYTES);
  private final ServicePorts ports = ServicePorts.of(0, 0);
  private final ProcessGroup broker = new ProcessGroup(PATIENCE);
  private final List<SchedulerInstance> schedulers = new ArrayList<>();
  private final Thread atExit = new Thread(this::end, "benchmark-end");

  private Cluster(Installation installation, List<String> schedulerOptions) {
    this.installation = installation;
    this.schedulerOptions = schedulerOptions;
  }

  /**
   * Starts the broker.
   *
   * @param schedulerOptions for the JVM of each scheduler
   */
  static Cluster start(Installation installation, List<String> schedulerOptions)
      throws InterruptedException {
    Cluster cluster = new Cluster(installation, schedulerOptions);
    Runtime.getRuntime().addShutdownHook(cluster.atExit);
    try {
      Stack stack = new Stack(installation, cluster.ports, cluster.work, cluster.broker);
      cluster.broker.start(stack.broker());
      stack.awaitBroker(waiting -> {});
      return cluster;
    } catch (InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  String bootstrapServers() {
    return ports.bootstrapServers();
  }

  /**
   * Starts a scheduler with a state folder of its own, and does not wait for it.
   *
   * @param name of its folder, and its id as a client of Kafka
   */
  SchedulerInstance startScheduler(String name) {
    ProcessGroup group = new ProcessGroup(PATIENCE);
    WorkDirectory own = new WorkDirectory(work.folder(name));
    ServicePorts ownPorts = ServicePorts.of(ports.kafka(), 0);
    ProcessSpec shipped = new Stack(installation, ownPorts, own, group).service(Service.SCHEDULER);
    List<String> command = new ArrayList<>(shipped.command());
    List<String> options = new ArrayList<>(schedulerOptions);
    options.add("-Dkafka-streams.client.id=" + name);
    command.addAll(command.indexOf("-jar"), options);
    Map<String, String> environment = new HashMap<>(shipped.environment());
    // A run here takes minutes for a step, and each step shall be complete.
    environment.put("ISOTHERM_SCHEDULER_DECISION_DEADLINE", "1h");
    SchedulerInstance scheduler =
        new SchedulerInstance(
            name,
            group,
            group.start(
                new ProcessSpec(
                    name,
                    shipped.tier(),
                    command,
                    environment,
                    shipped.directory(),
                    shipped.log(),
                    shipped.readiness())),
            ownPorts.address(Service.SCHEDULER),
            own.folder("scheduler"));
    schedulers.add(scheduler);
    return scheduler;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    end();
  }

  private void end() {
    schedulers.forEach(SchedulerInstance::close);
    broker.close();
    work.delete();
  }
}
