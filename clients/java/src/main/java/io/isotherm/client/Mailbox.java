package io.isotherm.client;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BinaryOperator;

/**
 * The newest message of a kind that waits to be sent. A newer one takes the place of an older one;
 * one that could not be delivered comes back, unless a newer one has come meanwhile. One at a time
 * is on its way, so an older one can never arrive behind a newer one.
 */
final class Mailbox<T> {

  private final BinaryOperator<T> merge;
  private final AtomicReference<T> waiting = new AtomicReference<>();
  private final AtomicReference<T> onItsWay = new AtomicReference<>();

  /**
   * With a way to keep what must not be lost of a message that never left.
   *
   * @param merge of the older and the newer message into the one to be sent; without side effects
   */
  Mailbox(BinaryOperator<T> merge) {
    this.merge = merge;
  }

  /** Puts in a newer message; never waits. */
  void put(T message) {
    waiting.accumulateAndGet(
        message, (older, newer) -> older == null ? newer : merge.apply(older, newer));
  }

  /**
   * Takes the message to be sent, if there is one and none is on its way; {@link #delivered()} or
   * {@link #failed()} must follow. For the publisher's thread.
   */
  Optional<T> take() {
    if (onItsWay.get() != null) {
      return Optional.empty();
    }
    T next = waiting.getAndSet(null);
    onItsWay.set(next);
    return Optional.ofNullable(next);
  }

  /** The message on its way has arrived. */
  void delivered() {
    onItsWay.set(null);
  }

  /** The message on its way is back. */
  void failed() {
    T older = onItsWay.get();
    if (older != null) {
      waiting.updateAndGet(newer -> newer == null ? older : merge.apply(older, newer));
      onItsWay.set(null);
    }
  }

  /** Whether nothing waits and nothing is on its way. For the publisher's thread. */
  boolean isEmpty() {
    return onItsWay.get() == null && waiting.get() == null;
  }
}
