package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.machine.ProcessView;
import io.isotherm.local.process.ManagedProcess;
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

/**
 * A broker and some spectral services of one worker each, as processes, with all their data gone
 * when it is closed.
 */
final class PipelineStack implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final long MEGABYTES = 16_000;

  private final WorkDirectory work = WorkDirectory.temporary(MEGABYTES);
  private final ServicePorts ports = ServicePorts.of(0, 0);
  private final ProcessGroup group = new ProcessGroup(PATIENCE);
  private final List<ManagedProcess> services = new ArrayList<>();
  private final Thread atExit = new Thread(this::end, "benchmark-end");
  private ManagedProcess broker;

  private PipelineStack() {}

  /** Starts a broker alone. */
  static PipelineStack start(Installation installation, Placement placement)
      throws InterruptedException {
    return start(installation, placement, 0);
  }

  /**
   * Starts a broker and services, and returns when they are ready.
   *
   * @param workers how many services of one worker
   */
  static PipelineStack start(Installation installation, Placement placement, int workers)
      throws InterruptedException {
    PipelineStack stack = new PipelineStack();
    Runtime.getRuntime().addShutdownHook(stack.atExit);
    try {
      stack.startAll(installation, placement, workers);
      return stack;
    } catch (InterruptedException | RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void startAll(Installation installation, Placement placement, int workers)
      throws InterruptedException {
    Stack shipped = new Stack(installation, ports, work, group);
    broker = group.start(bound(shipped.broker(), placement.others(), Map.of()));
    shipped.awaitBroker(waiting -> {});
    for (int i = 0; i < workers; i++) {
      ServicePorts own = ServicePorts.of(ports.kafka(), 0);
      WorkDirectory folder = new WorkDirectory(work.folder("spectral-" + i));
      ProcessSpec service = new Stack(installation, own, folder, group).service(Service.SPECTRAL);
      services.add(
          group.start(
              bound(service, placement.services(), Map.of("ISOTHERM_SPECTRAL_WORKERS", "1"))));
    }
    group.awaitReady(READY_WITHIN, waiting -> {});
  }

  private static ProcessSpec bound(
      ProcessSpec spec, Processors processors, Map<String, String> settings) {
    Map<String, String> environment = new HashMap<>(spec.environment());
    environment.putAll(settings);
    return new ProcessSpec(
        spec.name(),
        spec.tier(),
        processors.bind(spec.command()),
        environment,
        spec.directory(),
        spec.log(),
        spec.readiness());
  }

  String bootstrapServers() {
    return ports.bootstrapServers();
  }

  ProcessView broker() {
    return new ProcessView(broker.pid());
  }

  List<ProcessView> services() {
    return services.stream().map(process -> new ProcessView(process.pid())).toList();
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    end();
  }

  private void end() {
    group.close();
    work.delete();
  }
}
