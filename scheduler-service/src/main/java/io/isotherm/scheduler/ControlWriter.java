package io.isotherm.scheduler;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.control.Control;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.settings.SettingSources;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Writes controls to {@code isotherm.controls}, from where the topology takes them. */
@ApplicationScoped
public class ControlWriter {

  private final Producer<String, byte[]> producer;
  private final Duration timeout;

  /** Connects with this service's settings for Kafka. */
  public ControlWriter(
      @Identifier("default-kafka-broker") Map<String, Object> kafka, SchedulerConfig config) {
    this.timeout = config.requestTimeout();
    String millis = Long.toString(timeout.toMillis());
    // Over whatever the user has set: a request is answered in time or refused.
    KafkaSettings settings =
        SettingSources.collected(kafka)
            .settings(KafkaSettings.DEFAULT_BOOTSTRAP_SERVERS)
            .with(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis)
            .with(ProducerConfig.LINGER_MS_CONFIG, "0")
            .with(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis)
            .with(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    this.producer = KafkaClients.producer(settings, "isotherm-controls", Map.of());
  }

  /**
   * Returns when {@code control} is written down.
   *
   * @throws NotReadyException if the broker does not say so in time; it may then be written down or
   *     not
   */
  public void write(Control control) {
    ProducerRecord<String, byte[]> record = KafkaRecords.toSend(Messages.CONTROLS.encode(control));
    try {
      // Twice, since the search for the topic and the delivery may take the time one after another.
      producer.send(record).get(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw new NotReadyException(
          "Kafka has not confirmed the control of run '%s'; look at the run before you repeat it"
                  .formatted(control.run())
              + " (%s)".formatted(e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotReadyException("the scheduler is stopping", e);
    }
  }

  @PreDestroy
  void close() {
    producer.close(timeout);
  }
}
