"""The one thread of a run that receives decisions."""

from __future__ import annotations

import threading
import time

from confluent_kafka import KafkaException, Message, TopicPartition

from isotherm.decisions import Accepted, DecisionGate, Fenced, Rejected
from isotherm.factors import Target
from isotherm.kafka import LOG, Backoff, Kafka, OncePerMinute, problem
from isotherm.messages import LEARNING_RATES

#: Records before the end of each partition that are read at first: a decision may come while the
#: consumer still connects. Those of older incarnations are fenced.
_LOOK_BACK = 100

_ANSWER = 5.0  # seconds
_GROWTH = 60.0


class RateReceiver:
    """Holds what the newest accepted decision wants, for any thread to read.

    Reads all partitions, since a scheduler in another language may place a run's key elsewhere.
    """

    def __init__(self, run: str, gate: DecisionGate, kafka: Kafka) -> None:
        self._run_name = run
        self._gate = gate
        self._kafka = kafka
        self._consumer = kafka.consumer
        self._stopped = threading.Event()
        self._trouble = OncePerMinute()
        self._refusals = OncePerMinute()
        self._assigned: set[int] = set()
        self.newest = Target()
        self.rejected = 0
        self.fenced = 0
        self.superseded = False
        self._thread = threading.Thread(target=self._run, name=f"isotherm-rates-{run}", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; waits for it a moment."""
        self._stopped.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stopped.is_set():
            try:
                self._follow_partitions(from_end=True)
                backoff.reset()
                self._receive()
            except Exception as e:  # noqa: BLE001 - whatever it is, training must not notice
                self._trouble.warn(
                    "no rates arrive, training goes on with the last ones run=%s topic=%s "
                    'reason="%s: %s"',
                    self._run_name,
                    LEARNING_RATES,
                    self._kafka,
                    problem(e),
                )
                self._stopped.wait(backoff.next())
        self._consumer.close()

    def _follow_partitions(self, from_end: bool) -> None:
        """Reads partitions that the topic has now and had not before."""
        topics = self._consumer.list_topics(timeout=_ANSWER).topics
        if LEARNING_RATES not in topics:
            raise ValueError(f"topic {LEARNING_RATES} does not exist; start Isotherm's services")
        added = set(topics[LEARNING_RATES].partitions) - self._assigned
        starts = []
        for number in sorted(added):
            where = TopicPartition(LEARNING_RATES, number)
            low, high = self._consumer.get_watermark_offsets(where, timeout=_ANSWER)
            starts.append(
                TopicPartition(
                    LEARNING_RATES, number, max(low, high - _LOOK_BACK) if from_end else low
                )
            )
        if starts:
            self._consumer.incremental_assign(starts)
            self._assigned |= added

    def _receive(self) -> None:
        look_again = time.monotonic() + _GROWTH
        while not self._stopped.is_set():
            message = self._consumer.poll(0.2)
            if message is not None:
                self._take(message)
            if time.monotonic() > look_again:
                look_again = time.monotonic() + _GROWTH
                self._follow_partitions(from_end=False)

    def _take(self, message: Message) -> None:
        error = message.error()
        if error is not None:
            if error.fatal():
                raise KafkaException(error)
            LOG.debug('no record run=%s reason="%s"', self._run_name, error.str())
            return
        if message.key() != self._run_name.encode():
            return
        pairs: list[tuple[str, bytes | None]] = message.headers() or []  # type: ignore[assignment]
        headers = {name: value.decode("utf-8", "replace") for name, value in pairs if value}
        verdict = self._gate.judge(headers, message.value())
        if isinstance(verdict, Accepted):
            self.newest = verdict.target
        elif isinstance(verdict, Fenced):
            self._fence(verdict)
        elif isinstance(verdict, Rejected):
            self.rejected += 1
            self._refusals.warn(
                "decision rejected, the rates in force stay run=%s topic=%s partition=%s offset=%s "
                'reason="%s"',
                self._run_name,
                LEARNING_RATES,
                message.partition(),
                message.offset(),
                verdict.reason,
            )

    def _fence(self, late: Fenced) -> None:
        self.fenced += 1
        if late.superseded and not self.superseded:
            self.superseded = True
            LOG.warning(
                "run superseded, what it still sends is dropped by everybody; does another process "
                'train under this name? run=%s reason="%s"',
                self._run_name,
                late.reason,
            )
