package io.isotherm.scheduler;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.control.Control;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes controls to {@code isotherm.controls}, from where the topology takes them. */
@ApplicationScoped
public class ControlWriter {

  private final Producer<byte[], byte[]> producer;
  private final Duration timeout;

  /** Connects with this service's settings for Kafka. */
  public ControlWriter(
      @Identifier("default-kafka-broker") Map<String, Object> kafka, SchedulerConfig config) {
    this.timeout = config.requestTimeout();
    Map<String, Object> settings = new HashMap<>(kafka);
    int millis = Math.toIntExact(timeout.toMillis());
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Returns when {@code control} is written down.
   *
   * @throws NotReadyException if the broker does not say so in time; it may then be written down or
   *     not
   */
  public void write(Control control) {
    WireRecord message = Messages.CONTROLS.encode(control);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            message.topic().topicName(), message.key().getBytes(UTF_8), message.value());
    message.headers().forEach(record.headers()::add);
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
