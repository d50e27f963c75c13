package io.isotherm.scheduler;

import java.util.Optional;
import java.util.function.IntSupplier;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Whether a record lies where Kafka's default partitioner puts its key. librdkafka's own
 * partitioner puts most keys elsewhere: the trainer's records then never meet its outcomes, and the
 * run is never decided.
 *
 * @param partitions how many partitions each of the joined topics has; 0 while that is not known
 */
record KeyPlacement(IntSupplier partitions) {

  /** What is wrong with the record's place, in one sentence; empty if nothing is. */
  Optional<String> fault(RecordMetadata from, String run, byte[] key) {
    int count = partitions.getAsInt();
    if (count == 0) {
      return Optional.empty();
    }
    int expected = Utils.toPositive(Utils.murmur2(key)) % count;
    return expected == from.partition()
        ? Optional.empty()
        : Optional.of(
            "a record of run '%s' lies in partition %d of %s and belongs into partition %d of %d: let the producer partition by murmur2, with librdkafka partitioner=murmur2_random"
                .formatted(run, from.partition(), from.topic(), expected, count));
  }
}
