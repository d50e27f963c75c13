package io.isotherm.scheduler;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.methods.json.Json;
import io.isotherm.scheduler.rules.RunState;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * What this instance's state stores say about its runs, and which instance has a run. Each method
 * throws {@link NotReadyException} while partitions are on their way from one instance to another.
 */
@ApplicationScoped
public class RunStores {

  private static final Comparator<Decision> NEWEST_FIRST =
      Comparator.comparingLong(Decision::incarnation)
          .thenComparingLong(Decision::revision)
          .reversed();

  private final KafkaStreams streams;
  private final String self;

  /** Over the one topology of this process. */
  public RunStores(KafkaStreams streams, SchedulerConfig config) {
    this.streams = streams;
    this.self = config.advertisedAddress();
  }

  /** Where the other instances reach this one, as {@code host:port}. */
  public String self() {
    return self;
  }

  /** The instance that has {@code run}, or would have it, as {@code host:port}. */
  public String ownerOf(String run) {
    return address(whereIs(run).activeHost());
  }

  private KeyQueryMetadata whereIs(String run) {
    KeyQueryMetadata found =
        asking(() -> streams.queryMetadataForKey(RunMemory.RUNS, run, new StringSerializer()));
    if (found == null
        || found.equals(KeyQueryMetadata.NOT_AVAILABLE)
        || found.activeHost().equals(HostInfo.unavailable())) {
      throw new NotReadyException("no instance of the scheduler has run '" + run + "' yet");
    }
    return found;
  }

  /** All instances that have runs, this one among them if it has any. */
  public Collection<String> instances() {
    Collection<StreamsMetadata> all = asking(() -> streams.streamsMetadataForStore(RunMemory.RUNS));
    TreeSet<String> instances = new TreeSet<>();
    for (StreamsMetadata instance : all) {
      if (!instance.topicPartitions().isEmpty()) {
        instances.add(address(instance.hostInfo()));
      }
    }
    if (instances.isEmpty()) {
      throw new NotReadyException("no instance of the scheduler has runs yet");
    }
    return instances;
  }

  /** A run of this instance. */
  public Optional<RunState> find(String run) {
    ReadOnlyKeyValueStore<String, StoredRun> runs = store(RunMemory.RUNS, run);
    ReadOnlyKeyValueStore<String, LayerRecord> layers = store(RunMemory.LAYERS, run);
    return asking(() -> RunMemory.read(run, runs, layers));
  }

  /** All runs of this instance by name. */
  public SortedMap<String, RunState> all() {
    ReadOnlyKeyValueStore<String, LayerRecord> layers = store(RunMemory.LAYERS);
    ReadOnlyKeyValueStore<String, StoredRun> runs = store(RunMemory.RUNS);
    SortedMap<String, RunState> all = new TreeMap<>();
    return asking(
        () -> {
          RunMemory.forEach(runs, layers, (run, state) -> all.put(run, state));
          return all;
        });
  }

  /** The newest kept decisions of a run of this instance, the newest first. */
  public List<Decision> decisions(String run, int limit) {
    ReadOnlyKeyValueStore<String, byte[]> store = store(RecentDecisions.STORE, run);
    return asking(() -> RecentDecisions.read(store, run)).stream()
        .map(RunStores::decode)
        .sorted(NEWEST_FIRST)
        .limit(limit)
        .toList();
  }

  private <V> ReadOnlyKeyValueStore<String, V> store(String name) {
    return asking(() -> streams.store(query(name)));
  }

  /** Of the run's partition, so that a run that is on its way here is not taken for unknown. */
  private <V> ReadOnlyKeyValueStore<String, V> store(String name, String run) {
    int partition = whereIs(run).partition();
    return asking(() -> streams.store(RunStores.<V>query(name).withPartition(partition)));
  }

  private static <V> StoreQueryParameters<ReadOnlyKeyValueStore<String, V>> query(String name) {
    return StoreQueryParameters.fromNameAndType(
        name, QueryableStoreTypes.<String, V>keyValueStore());
  }

  private static <T> T asking(Supplier<T> question) {
    try {
      return question.get();
    } catch (InvalidStateStoreException | IllegalStateException e) {
      throw new NotReadyException(
          "the scheduler is taking over runs; ask again in a moment (%s)".formatted(e.getMessage()),
          e);
    }
  }

  private static Decision decode(byte[] json) {
    try {
      return Json.MAPPER.readValue(json, Decision.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String address(HostInfo host) {
    return host.host() + ":" + host.port();
  }
}
