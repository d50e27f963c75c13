package io.isotherm.benchmarks.pipeline;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Bytes that the living threads of another JVM have allocated on its heap. A buffer for a chunk is
 * one, so that divided by the bytes sent this counts the copies that are made on the heap.
 */
final class AllocatedBytes implements AutoCloseable {

  private final JMXConnector connector;
  private final ThreadMXBean threads;

  private AllocatedBytes(JMXConnector connector, ThreadMXBean threads) {
    this.connector = connector;
    this.threads = threads;
  }

  /** Of a process of the same user. */
  @SuppressWarnings("BanJNDI") // The address is that of a process that was started here.
  static AllocatedBytes of(long pid) throws IOException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      String address;
      try {
        address = machine.startLocalManagementAgent();
      } finally {
        machine.detach();
      }
      JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address));
      return new AllocatedBytes(
          connector,
          ManagementFactory.newPlatformMXBeanProxy(
              connector.getMBeanServerConnection(),
              ManagementFactory.THREAD_MXBEAN_NAME,
              ThreadMXBean.class));
    } catch (AttachNotSupportedException e) {
      throw new IOException("process %d cannot be attached to".formatted(pid), e);
    }
  }

  /** So far. */
  long now() {
    return sum(threads);
  }

  /** Of this process. */
  static long ofThisProcess() {
    return sum((ThreadMXBean) ManagementFactory.getThreadMXBean());
  }

  private static long sum(ThreadMXBean threads) {
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
