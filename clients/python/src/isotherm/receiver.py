"""The one thread of a run that receives: decisions, refusals, and another run of the same name."""

from __future__ import annotations

import json
import threading
import time

from confluent_kafka import KafkaException, Message, TopicPartition

from isotherm.decisions import Accepted, DecisionGate, Fenced, Rejected
from isotherm.factors import Target
from isotherm.kafka import LOG, Backoff, Kafka, OncePerMinute, problem
from isotherm.messages import LEARNING_RATES, REFUSALS, RUNS
from isotherm.refusals import Refusals

#: Records before the end of each partition that are read at first: one that matters may come while
#: the consumer still connects. Those of older incarnations are fenced.
_LOOK_BACK = 100

_ANSWER = 5.0  # seconds
_GROWTH = 60.0


class Receiver:
    """Holds what the newest accepted decision wants, for any thread to read.

    Reads all partitions, since a scheduler in another language may place a run's key elsewhere.
    """

    def __init__(self, run: str, incarnation: int, gate: DecisionGate, kafka: Kafka) -> None:
        self._run_name = run
        self._incarnation = incarnation
        self._gate = gate
        self._refusals = Refusals(run, incarnation)
        self._kafka = kafka
        self._consumer = kafka.consumer
        self._stopped = threading.Event()
        self._trouble = OncePerMinute()
        self._rejections = OncePerMinute()
        self._ends: dict[tuple[str, int], int] = {}
        self._is_told_of_age = False
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
        """Reads partitions that the topics have now and had not before."""
        topics = self._consumer.list_topics(timeout=_ANSWER).topics
        if LEARNING_RATES not in topics:
            raise ValueError(f"topic {LEARNING_RATES} does not exist; start Isotherm's services")
        if REFUSALS not in topics:
            self._tell_of_age()
        added = [
            (name, number)
            for name in (LEARNING_RATES, REFUSALS, RUNS)
            if name in topics
            for number in sorted(topics[name].partitions)
            if (name, number) not in self._ends
        ]
        starts, ends = [], {}
        for name, number in added:
            where = TopicPartition(name, number)
            low, high = self._consumer.get_watermark_offsets(where, timeout=_ANSWER)
            ends[name, number] = high if from_end else low
            starts.append(
                TopicPartition(name, number, max(low, high - _LOOK_BACK) if from_end else low)
            )
        if starts:
            self._consumer.incremental_assign(starts)
            self._ends.update(ends)

    def _tell_of_age(self) -> None:
        if not self._is_told_of_age:
            self._is_told_of_age = True
            LOG.warning(
                'services on this broker are older than this client run=%s reason="%s has no topic '
                '%s: update the services, until then what they refuse is said by nobody"',
                self._run_name,
                self._kafka,
                REFUSALS,
            )

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
        topic, value = message.topic(), message.value()
        if topic == REFUSALS:
            end = self._ends.get((REFUSALS, message.partition() or 0), 0)
            self._refusals.hear(headers, value, came_before=(message.offset() or 0) < end)
        elif topic == RUNS:
            self._meet(value)
        else:
            self._judge(headers, value, message)

    def _judge(self, headers: dict[str, str], value: bytes | None, message: Message) -> None:
        verdict = self._gate.judge(headers, value)
        if isinstance(verdict, Accepted):
            self.newest = verdict.target
        elif isinstance(verdict, Fenced):
            self.fenced += 1
            if verdict.superseded:
                self._supersede(verdict.reason)
        elif isinstance(verdict, Rejected):
            self.rejected += 1
            self._rejections.warn(
                "decision rejected, the rates in force stay run=%s topic=%s partition=%s offset=%s "
                'reason="%s"',
                self._run_name,
                LEARNING_RATES,
                message.partition(),
                message.offset(),
                verdict.reason,
            )

    def _meet(self, description: bytes | None) -> None:
        """Looks whose description of a run of this name it is."""
        try:
            incarnation = int(json.loads(description or b"{}")["incarnation"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        if incarnation > self._incarnation:
            self._supersede(f"incarnation {incarnation} of it has started")

    def _supersede(self, reason: str) -> None:
        if not self.superseded:
            self.superseded = True
            LOG.warning(
                "run superseded, what it still sends is dropped by everybody; does another process "
                'train under this name? run=%s reason="%s"',
                self._run_name,
                reason,
            )
