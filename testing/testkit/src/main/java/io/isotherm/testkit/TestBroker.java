package io.isotherm.testkit;

/**
 * A use of the tests' broker.
 *
 * @param bootstrapServers where clients connect
 */
public record TestBroker(String bootstrapServers) implements AutoCloseable {

  /** Ends the use; the broker stays up for the next test and ends with the JVM. */
  @Override
  public void close() {}
}
