"""What sends, in a process of its own: the description first, then progress, then snapshots.

A thread of the training process would hold Python's lock for a third of a second for each half
gigabyte of weights, and the training thread would wait for it at each of its operations.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from confluent_kafka import KafkaError, KafkaException, Producer

from isotherm.kafka import Backoff, OncePerMinute, problem
from isotherm.messages import (
    MAX_APPLIED,
    PROGRESS,
    RUNS,
    SNAPSHOTS,
    Record,
    Shard,
    SnapshotId,
    chunk_records,
    progress_record,
    run_record,
    traceparent,
)

#: Snapshots wait in their buffers, where newer ones replace them, while so much is unacknowledged.
_MAX_ON_THEIR_WAY = 16 << 20

_ANSWER = 3.0  # seconds
_LAST_WORD = 1.0

Progress = dict[str, Any]


@dataclass(frozen=True)
class CopiedSnapshot:
    """The documents of all parts at one step, in the order that the publisher was given."""

    step: int
    epoch: int
    documents: Sequence[memoryview]
    number: int


class Snapshots(Protocol):
    """Where snapshots come from."""

    def poll(self) -> CopiedSnapshot | None:
        """The next to be sent, if there is one."""

    def release(self, snapshot: CopiedSnapshot) -> None:
        """Its memory is free for another."""


class Publisher:
    """Sends until it is told to end. For one thread; the mailboxes are for any.

    Args:
        body: of the run's description, without a phase
        parts: whose documents a snapshot has: the layer, and which shard of it, if it is one
        snapshots: where they come from
        producer: to the broker
        servers: for what is said when they do not answer
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        parts: Sequence[tuple[str, Shard | None]],
        snapshots: Snapshots,
        producer: Producer,
        servers: str,
    ) -> None:
        self._body = body
        self._run_name: str = body["run"]
        self._parts = parts
        self._snapshots = snapshots
        self._servers = servers
        self._producer = producer
        self._phases: deque[Mapping[str, Any]] = deque()
        self._progress: deque[Progress] = deque()
        self._current: tuple[CopiedSnapshot, int] | None = None
        self._on_their_way = 0
        self._failed: str | None = None
        self._connected = False
        self._end_at: float | None = None
        self._backoff = Backoff()
        self._retry_at = 0.0
        self._trouble = OncePerMinute()
        self._refused = OncePerMinute()
        self.arrived = threading.Event()
        self.published = 0
        self.dropped = 0

    def tell(self, progress: Progress) -> None:
        """Leaves a progress message; one that has not left yet gives its place to it."""
        try:
            older = self._progress.popleft()
        except IndexError:
            pass
        else:
            progress["applied"] = (older["applied"] + progress["applied"])[-MAX_APPLIED:]
            if "accuracy" in older:
                progress.setdefault("accuracy", older["accuracy"])
            if "metrics" in older:
                progress["metrics"] = {**older["metrics"], **progress.get("metrics", {})}
        self._progress.append(progress)
        self.arrived.set()

    def enter(self, phase: Mapping[str, Any]) -> None:
        """Leaves a phase of the run: that it is running, or its last word."""
        self._phases.append(phase)
        self.arrived.set()

    def close(self, seconds: float) -> None:
        """Nothing more comes: sends what waits for at most so many seconds, and ends."""
        self._end_at = time.monotonic() + seconds
        self.arrived.set()

    def run(self) -> bool:
        """Sends until :meth:`close`; whether the broker has all that was told."""
        while not self._is_over():
            try:
                self._turn()
            except Exception as e:  # noqa: BLE001 - what comes next may work
                self._trouble.warn(
                    'message not sent run=%s reason="%s"', self._run_name, problem(e)
                )
                self._give_up_current()
                self._pause(1.0)
        self._give_up_all()
        return not (self._phases or self._progress or self._on_their_way)

    def _is_over(self) -> bool:
        if self._end_at is None:
            return False
        return self._all_sent() or time.monotonic() > self._end_at

    def _turn(self) -> None:
        if self._failed is not None:
            self._lose(self._failed)
        if not self._connected:
            if time.monotonic() < self._retry_at or not self._connect():
                self._producer.poll(0)
                self._pause(max(0.01, self._retry_at - time.monotonic()))
            return
        if not self._send_one():
            if self._on_their_way:
                self._producer.poll(0.05)
            else:
                self._producer.poll(0)
                self._pause(0.5)

    def _pause(self, seconds: float) -> None:
        if self.arrived.wait(min(seconds, 1.0)):
            self.arrived.clear()
            if not self._connected:
                time.sleep(0.05)  # work that has come does not make the broker come sooner

    def _connect(self) -> bool:
        try:
            topics = self._producer.list_topics(timeout=_ANSWER).topics
        except KafkaException as e:
            self._lose(problem(e))
            return False
        missing = [topic for topic in (RUNS, PROGRESS, SNAPSHOTS) if topic not in topics]
        if missing:
            self._lose(f"topic {missing[0]} does not exist; start Isotherm's services on it")
            return False
        self._connected = True
        return True

    def _lose(self, reason: str) -> None:
        self._trouble.warn(
            "broker takes no records, training goes on and snapshots are dropped until it does "
            'run=%s reason="%s: %s"',
            self._run_name,
            self._servers,
            reason,
        )
        self._failed = None
        self._connected = False
        self._give_up_current()
        self._retry_at = time.monotonic() + self._backoff.next()

    def _send_one(self) -> bool:
        if self._phases:
            phase = self._phases.popleft()
            self._send(run_record(self._body, phase), lambda: self._phases.appendleft(phase))
            return True
        if self._progress:
            self._send_progress(self._progress.popleft())
            return True
        return self._send_layer()

    def _send_progress(self, progress: Progress) -> None:
        def again() -> None:
            if not self._progress:
                self._progress.append(progress)

        self._send(progress_record(progress), again)

    def _send_layer(self) -> bool:
        if self._on_their_way >= _MAX_ON_THEIR_WAY:
            return False
        if self._current is None:
            snapshot = self._snapshots.poll()
            if snapshot is None:
                return False
            self._current = (snapshot, 0)
        snapshot, at = self._current
        self._publish(snapshot, at)
        if self._current is not None:
            if at + 1 < len(snapshot.documents):
                self._current = (snapshot, at + 1)
            else:
                self._current = None
                self._snapshots.release(snapshot)
        return True

    def _publish(self, snapshot: CopiedSnapshot, at: int) -> None:
        layer, shard = self._parts[at]
        name = SnapshotId(
            self._run_name, self._body["incarnation"], snapshot.step, snapshot.epoch, layer
        )
        delivery = _Delivery(self)
        trace = traceparent()
        for record in chunk_records(name, self._body["estimator"], snapshot.documents[at], shard):
            record.headers["traceparent"] = trace
            delivery.chunks += 1
            self._send(record, delivery.failed, delivery.arrived, delivery.failed)
        delivery.complete()

    def _send(
        self,
        record: Record,
        failed: Callable[[], None],
        arrived: Callable[[], None] = lambda: None,
        refused: Callable[[], None] = lambda: None,
    ) -> None:
        size = len(record.value)

        def delivered(error: KafkaError | None, _: object) -> None:
            self._on_their_way -= size
            if error is None:
                self._backoff.reset()
                arrived()
            elif error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
                self._refused.warn(
                    'message given up run=%s topic=%s reason="%d bytes: %s"',
                    self._run_name,
                    record.topic,
                    size,
                    error.str(),
                )
                refused()
            else:
                self._failed = error.str()
                failed()

        self._on_their_way += size
        while True:
            try:
                self._producer.produce(
                    record.topic,
                    key=record.key.encode(),
                    value=record.value,
                    headers=[(name, value.encode()) for name, value in record.headers.items()],
                    on_delivery=delivered,
                )
            except BufferError:
                self._producer.poll(0.1)
                if self._end_at is not None and time.monotonic() > self._end_at:
                    delivered(KafkaError(KafkaError._QUEUE_FULL), None)
                    return
            except KafkaException as e:
                delivered(e.args[0], None)
                return
            else:
                return

    def _give_up_current(self) -> None:
        if self._current is not None:
            snapshot, at = self._current
            self._current = None
            self.dropped += len(snapshot.documents) - at
            self._snapshots.release(snapshot)

    def _give_up_all(self) -> None:
        if self._on_their_way:
            self._producer.purge()
            self._producer.flush(_LAST_WORD)
        self._give_up_current()

    def _all_sent(self) -> bool:
        return not (self._phases or self._progress or self._current or self._on_their_way)


class _Delivery:
    """What becomes of a layer's snapshot: published if all of its chunks arrive."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._has_all = False
        self._arrived = 0
        self._has_failed = False
        self.chunks = 0

    def arrived(self) -> None:
        self._arrived += 1
        self._tell()

    def failed(self) -> None:
        if not self._has_failed:
            self._has_failed = True
            self._publisher.dropped += 1

    def complete(self) -> None:
        self._has_all = True
        self._tell()

    def _tell(self) -> None:
        if self._has_all and self._arrived == self.chunks and not self._has_failed:
            self._publisher.published += 1
