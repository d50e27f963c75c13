package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.machine.ProcessView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads what the client, the broker and the services have spent so far. */
final class Meters implements AutoCloseable {

  private final PipelineStack stack;
  private final AllocatedBytes broker;
  private final List<AllocatedBytes> services = new ArrayList<>();

  Meters(PipelineStack stack) throws IOException {
    this.stack = stack;
    this.broker = AllocatedBytes.of(stack.broker().pid());
    for (ProcessView service : stack.services()) {
      services.add(AllocatedBytes.of(service.pid()));
    }
  }

  /** Of the client, the broker, and all services together. */
  List<Trial.Spent> read() {
    ProcessView self = new ProcessView(ProcessHandle.current().pid());
    return List.of(
        new Trial.Spent(self.cpuSeconds(), AllocatedBytes.ofThisProcess()),
        new Trial.Spent(stack.broker().cpuSeconds(), broker.now()),
        new Trial.Spent(
            stack.services().stream().mapToDouble(ProcessView::cpuSeconds).sum(),
            services.stream().mapToLong(AllocatedBytes::now).sum()));
  }

  @Override
  public void close() throws IOException {
    broker.close();
    for (AllocatedBytes service : services) {
      service.close();
    }
  }
}
