package io.isotherm.benchmarks.scheduler;

import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.benchmarks.machine.ProcessView;
import io.isotherm.local.process.ManagedProcess;
import io.isotherm.local.process.ProcessGroup;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A scheduler that runs as a process, and what can be seen of it from outside. */
final class SchedulerInstance implements AutoCloseable {

  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final String JCMD =
      Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();

  private final String name;
  private final ProcessGroup group;
  private final ManagedProcess process;
  private final URI address;
  private final Path state;

  SchedulerInstance(
      String name, ProcessGroup group, ManagedProcess process, URI address, Path state) {
    this.name = name;
    this.group = group;
    this.process = process;
    this.address = address;
    this.state = state;
  }

  String name() {
    return name;
  }

  void awaitReady() throws InterruptedException {
    group.awaitReady(READY_WITHIN, waiting -> {});
  }

  /** SIGKILL: the process has no chance to do anything more. */
  void kill() throws InterruptedException {
    ProcessHandle handle = handle();
    if (!handle.destroyForcibly()) {
      throw new BenchmarkException(name + " could not be killed");
    }
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (handle.isAlive() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** What the system tells of its process. */
  ProcessView view() {
    return new ProcessView(process.pid());
  }

  /** Bytes of the heap that are in use after a full garbage collection, which is asked for. */
  long liveHeapBytes() throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(JCMD, Long.toString(process.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (jcmd.waitFor() != 0) {
      throw new BenchmarkException("jcmd could not reach " + name);
    }
    HttpRequest metrics = HttpRequest.newBuilder(address.resolve("q/metrics")).build();
    return HttpClient.newHttpClient()
        .send(metrics, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
        .body()
        .lines()
        .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Bytes of its state folder; a file that the store deletes meanwhile counts as empty. */
  long stateBytes() throws IOException {
    try (Stream<Path> found = Files.walk(state)) {
      return found.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
    }
  }

  private ProcessHandle handle() {
    return ProcessHandle.of(process.pid())
        .orElseThrow(() -> new BenchmarkException(name + " has ended"));
  }

  @Override
  public void close() {
    group.close();
  }
}
