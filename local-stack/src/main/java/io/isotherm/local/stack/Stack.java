package io.isotherm.local.stack;

import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import io.isotherm.local.process.ManagedProcess;
import io.isotherm.local.process.ProcessGroup;
import io.isotherm.local.process.ProcessSpec;
import io.isotherm.terminal.UserError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Starts the broker and the services, each as a process of its own. */
public final class Stack {

  /** Name of the broker's process and log. */
  public static final String BROKER = "broker";

  private static final Duration BROKER_PATIENCE = Duration.ofSeconds(90);
  private static final Duration CLUSTER_PATIENCE = Duration.ofSeconds(20);
  private static final Duration SERVICE_PATIENCE = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private final Installation installation;
  private final ServicePorts ports;
  private final WorkDirectory work;
  private final ProcessGroup group;
  private final Optional<KafkaSettings> cluster;

  /** A stack with a broker of its own, not started yet. */
  public Stack(
      Installation installation, ServicePorts ports, WorkDirectory work, ProcessGroup group) {
    this(installation, ports, work, group, Optional.empty());
  }

  /**
   * A stack that is not started yet.
   *
   * @param group what its processes will belong to
   * @param cluster somebody else's Kafka cluster to work on; empty for a broker of its own
   */
  public Stack(
      Installation installation,
      ServicePorts ports,
      WorkDirectory work,
      ProcessGroup group,
      Optional<KafkaSettings> cluster) {
    this.installation = installation;
    this.ports = ports;
    this.work = work;
    this.group = group;
    this.cluster = cluster;
  }

  /**
   * Starts everything and returns when all of it is ready.
   *
   * @param waiting is told again and again whom we wait for
   * @throws UserError if a process ends, or is not ready in time
   * @throws BrokerException if a cluster of somebody else's does not answer or refuses
   */
  public void start(Consumer<List<String>> waiting) throws InterruptedException {
    if (cluster.isPresent()) {
      TopicProvisioner.provision(kafka(), CLUSTER_PATIENCE);
    } else {
      group.start(broker());
      awaitBroker(waiting);
    }
    for (Service service : Service.values()) {
      group.start(service(service));
    }
    group.awaitReady(SERVICE_PATIENCE, waiting);
  }

  /** How the broker is reached. */
  public KafkaSettings kafka() {
    return cluster.orElseGet(() -> KafkaSettings.at(ports.bootstrapServers()));
  }

  /** The processes, in the order in which they were started. */
  public List<ManagedProcess> processes() {
    return group.processes();
  }

  /**
   * Waits until the broker listens, and creates the topics.
   *
   * @throws UserError if it does not answer in time
   */
  public void awaitBroker(Consumer<List<String>> waiting) throws InterruptedException {
    long deadline = System.nanoTime() + BROKER_PATIENCE.toNanos();
    while (!Loopback.listens(ports.kafka(), POLL) && System.nanoTime() < deadline) {
      group.requireAlive();
      waiting.accept(List.of(BROKER));
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
    group.requireAlive();
    try {
      TopicProvisioner.provision(kafka(), BROKER_PATIENCE);
    } catch (BrokerException e) {
      group.requireAlive();
      throw new UserError(e.getMessage(), e);
    }
  }

  /** Where the trainer leaves the weights of every run, as {@code RUN.safetensors}. */
  public Path checkpoints() {
    return work.path().resolve("checkpoints");
  }

  /** How the broker's process is started. */
  public ProcessSpec broker() {
    List<String> command = jvm(BROKER, "512m");
    command.addAll(
        List.of(
            "-jar",
            installation.commandJar().toString(),
            "broker",
            "--data",
            work.folder("kafka").toString(),
            "--port",
            Integer.toString(ports.kafka())));
    return new ProcessSpec(
        BROKER, Service.BROKER_TIER, command, Map.of(), work.path(), log(BROKER), Optional.empty());
  }

  /** How a service's process is started. */
  public ProcessSpec service(Service service) {
    List<String> command = jvm(service.module(), service.heap());
    // We ask again and again until it is ready; each "not yet" would be a line of its log.
    command.add("-Dquarkus.log.category.\"io.smallrye.health\".level=WARN");
    if (service == Service.SPECTRAL) {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    if (service == Service.SCHEDULER) {
      command.add("-Disotherm.scheduler.state-dir=" + work.folder("scheduler"));
    }
    if (service == Service.TRAINER) {
      command.add("-Disotherm.trainer.checkpoints=" + checkpoints());
    }
    command.addAll(List.of("-jar", installation.runner(service).toString()));
    return new ProcessSpec(
        service.module(),
        service.tier(),
        command,
        environment(service),
        work.path(),
        log(service.module()),
        Optional.of(ports.readiness(service)));
  }

  private Map<String, String> environment(Service service) {
    Map<String, String> environment = new HashMap<>(kafka().environment());
    environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(ports.http().get(service)));
    environment.put("OMP_NUM_THREADS", "1");
    environment.put("OPENBLAS_NUM_THREADS", "1");
    return environment;
  }

  private List<String> jvm(String name, String heap) {
    List<String> command = new ArrayList<>();
    command.add(JAVA);
    command.add(parentWatch(installation, ProcessHandle.current().pid()));
    command.add("-Djava.io.tmpdir=" + work.folder("tmp/" + name));
    command.addAll(List.of("-Xmx" + heap, "-XX:+UseSerialGC"));
    return command;
  }

  /**
   * The argument of every process that ends it with its launcher. It also tells whose a process is.
   */
  static String parentWatch(Installation installation, long launcherPid) {
    return "-javaagent:" + installation.parentWatchJar() + "=" + launcherPid;
  }

  private Path log(String name) {
    return work.folder("logs").resolve(name + ".log");
  }
}
