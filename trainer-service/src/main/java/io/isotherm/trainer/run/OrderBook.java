package io.isotherm.trainer.run;

import io.isotherm.trainer.TrainerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All runs that the service knows, in the order in which they were ordered; of those that have
 * ended the newest few.
 */
@ApplicationScoped
public class OrderBook {

  private final int queueCapacity;
  private final int endedRuns;
  private final Map<String, OrderedRun> runs = new LinkedHashMap<>();
  private boolean closed;

  OrderBook(TrainerConfig config) {
    this.queueCapacity = config.queueCapacity();
    this.endedRuns = config.endedRuns();
  }

  /** What became of an order. */
  public sealed interface Answer {}

  /** It waits for its turn. */
  public record Accepted(OrderedRun run) implements Answer {}

  /** A run of that name waits or is being trained. */
  public record NameInUse(OrderedRun by) implements Answer {}

  /** As many runs wait as may wait. */
  public record QueueFull(int capacity) implements Answer {}

  /** Takes an order, unless its name is in use or the queue is full. */
  public synchronized Answer submit(RunOrder order) {
    OrderedRun known = runs.get(order.run());
    if (known != null && !known.state().ended()) {
      return new NameInUse(known);
    }
    if (runs.values().stream().filter(run -> run.state() instanceof OrderState.Queued).count()
        >= queueCapacity) {
      return new QueueFull(queueCapacity);
    }
    runs.remove(order.run()); // A name that is used again goes to the end of the list.
    OrderedRun run =
        new OrderedRun(order, known == null ? 0 : known.state().progress().incarnation());
    runs.put(order.run(), run);
    forgetOldest();
    notifyAll();
    return new Accepted(run);
  }

  /** The run of that name, if it is known. */
  public synchronized Optional<OrderedRun> find(String name) {
    return Optional.ofNullable(runs.get(name));
  }

  /** All runs that are known. */
  public synchronized List<OrderedRun> all() {
    return new ArrayList<>(runs.values());
  }

  /** Waits for the next run whose turn it is, and starts it; empty once the book is closed. */
  synchronized Optional<OrderedRun> take() throws InterruptedException {
    while (!closed) {
      for (OrderedRun run : runs.values()) {
        if (run.start()) {
          return Optional.of(run);
        }
      }
      wait();
    }
    return Optional.empty();
  }

  /** No run gets its turn any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void forgetOldest() {
    List<String> ended =
        runs.entrySet().stream()
            .filter(entry -> entry.getValue().state().ended())
            .map(Map.Entry::getKey)
            .toList();
    ended.subList(0, Math.max(0, ended.size() - endedRuns)).forEach(runs::remove);
  }
}
