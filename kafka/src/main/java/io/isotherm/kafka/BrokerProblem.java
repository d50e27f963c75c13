package io.isotherm.kafka;

import io.isotherm.checks.OneLine;
import io.isotherm.kafka.settings.KafkaSettings;
import java.time.Duration;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Says in one line what Kafka's clients say in exceptions within exceptions, and what to do. */
public final class BrokerProblem {

  private BrokerProblem() {}

  /**
   * What is wrong between us and the cluster.
   *
   * @param thrown by one of Kafka's clients, or a timeout of our own
   * @param waited how long the broker had to answer
   */
  public static String line(KafkaSettings settings, Throwable thrown, Duration waited) {
    String servers = settings.bootstrapServers();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SaslAuthenticationException) {
        return "the broker at %s refuses the login (%s): check user and password in sasl.jaas.config, and sasl.mechanism"
            .formatted(servers, OneLine.of(cause.getMessage()));
      }
      if (cause instanceof SslAuthenticationException) {
        return "no TLS connection to the broker at %s (%s): check ssl.truststore.location, and ssl.keystore.location if the broker asks for a certificate"
            .formatted(servers, OneLine.of(innermost(cause).getMessage()));
      }
      if (cause instanceof AuthorizationException) {
        return "the broker at %s does not allow it (%s): grant this user the right, see docs/kafka.md"
            .formatted(servers, OneLine.of(cause.getMessage()));
      }
      if (cause instanceof TimeoutException
          || cause instanceof java.util.concurrent.TimeoutException) {
        return "no Kafka broker at %s answered within %d s: start it, or check the address, and whether security.protocol is to be %s"
            .formatted(servers, Math.max(1, waited.toSeconds()), settings.securityProtocol());
      }
      if (cause instanceof UnsupportedVersionException) {
        return "the broker at %s is too old: %s".formatted(servers, OneLine.of(cause.getMessage()));
      }
    }
    return "trouble with the broker at %s: %s"
        .formatted(servers, OneLine.of(String.valueOf(innermost(thrown).getMessage())));
  }

  private static Throwable innermost(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
