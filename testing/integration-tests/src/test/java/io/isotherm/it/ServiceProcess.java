package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.local.process.ManagedProcess;
import io.isotherm.local.process.ProcessGroup;
import io.isotherm.local.process.ProcessSpec;
import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.Service;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.local.stack.Stack;
import io.isotherm.local.stack.WorkDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A service without the others; it can be killed and started again. */
final class ServiceProcess implements AutoCloseable {

  private static final Duration READY_WITHIN = Duration.ofMinutes(2);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String HEAP = "-Xmx";

  private final WorkDirectory work;
  private final ProcessSpec spec;
  private ProcessGroup group = new ProcessGroup(PATIENCE);
  private ManagedProcess process;

  /**
   * Nothing is started yet.
   *
   * @param folder for its log and its state, below {@code target}
   */
  ServiceProcess(Service service, String folder, String bootstrapServers) {
    Installation installation = new Installation(Path.of("../..").toAbsolutePath().normalize());
    work = WorkDirectory.kept(Path.of("target", folder).toAbsolutePath(), 500);
    work.delete();
    int kafka = Integer.parseInt(bootstrapServers.replaceFirst(".*:", ""));
    spec = new Stack(installation, ServicePorts.of(kafka, 0), work, group).service(service);
  }

  /** Where it listens, with a slash at the end. */
  URI address() {
    return spec.readiness().orElseThrow().resolve("/");
  }

  /** The most memory that it has had resident so far, in bytes; Linux alone tells. */
  long peakResidentBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return 1024
          * lines
              .filter(line -> line.startsWith("VmHWM:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Starts it with more settings, again with the state that it left on disk. */
  void start(Map<String, String> settings) {
    start(settings, spec.command());
  }

  /** The same with another heap, for example {@code 160m}. */
  void start(Map<String, String> settings, String heap) {
    start(
        settings,
        spec.command().stream()
            .map(option -> option.startsWith(HEAP) ? HEAP + heap : option)
            .toList());
  }

  private void start(Map<String, String> settings, List<String> command) {
    // What a killed process unpacked there stays, 60 MB each time.
    new WorkDirectory(work.folder("tmp/" + spec.name())).delete();
    work.folder("tmp/" + spec.name());
    Map<String, String> environment = new HashMap<>(spec.environment());
    environment.putAll(settings);
    group = new ProcessGroup(PATIENCE);
    process =
        group.start(
            new ProcessSpec(
                spec.name(),
                spec.tier(),
                command,
                environment,
                spec.directory(),
                spec.log(),
                spec.readiness()));
  }

  void awaitReady() {
    try {
      group.awaitReady(READY_WITHIN, waiting -> {});
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** SIGKILL after {@code delay}: the process has no chance to do anything more. */
  void killIn(Duration delay) {
    ProcessHandle handle = ProcessHandle.of(process.pid()).orElseThrow();
    CompletableFuture<Boolean> sent =
        CompletableFuture.supplyAsync(
            handle::destroyForcibly,
            CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS));
    try {
      assertThat(sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("SIGKILL sent").isTrue();
      handle.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(spec.name() + " is still alive after SIGKILL", e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static AssertionError interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted", e);
  }

  @Override
  public void close() {
    group.close();
  }
}
