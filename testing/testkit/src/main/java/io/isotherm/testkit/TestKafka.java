package io.isotherm.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.lang.reflect.Method;
import java.util.Map;

/**
 * A Kafka broker for tests, with every topic of {@link io.isotherm.contracts.Topic}.
 *
 * <p>In a Quarkus test: {@code @QuarkusTestResource(TestKafka.class)}, which sets {@code
 * kafka.bootstrap.servers}. In any other test: {@code TestKafka.broker().bootstrapServers()}.
 *
 * <p>All tests of a JVM share one broker, so each test takes a run name of its own. The system
 * property {@code test.kafka} chooses it: {@code embedded}, {@code containers}, or {@code auto}
 * (the default: a container where a Docker engine is, otherwise embedded).
 */
public final class TestKafka implements QuarkusTestResourceLifecycleManager {

  /** The broker of this JVM, started if it is the first use. */
  public static TestBroker broker() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // Quarkus loads tests with class loaders of its own and closes them; the broker outlives them.
    ClassLoader system = ClassLoader.getSystemClassLoader();
    thread.setContextClassLoader(system);
    try {
      Method start =
          Class.forName(SharedBroker.class.getName(), true, system)
              .getDeclaredMethod("bootstrapServers");
      start.setAccessible(true);
      return new TestBroker((String) start.invoke(null));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the tests' Kafka broker did not start", e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Override
  public Map<String, String> start() {
    return Map.of("kafka.bootstrap.servers", broker().bootstrapServers());
  }

  /** The broker stays up for the next test. */
  @Override
  public void stop() {}
}
