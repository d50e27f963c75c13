"""What the tests share: threads pinned, a broker inside librdkafka, waiting for a condition."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
import torch
from confluent_kafka import Consumer, Producer, TopicPartition

import isotherm
from isotherm.messages import DECISION_TYPE, LEARNING_RATES, RUNS

torch.set_num_threads(1)

TOPICS = (
    "isotherm.runs",
    "isotherm.progress",
    "isotherm.snapshots",
    "isotherm.learning-rates",
    "isotherm.refusals",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not torch.cuda.is_available():
        for item in items:
            if item.get_closest_marker("gpu"):
                item.add_marker(pytest.mark.skip(reason="no CUDA device"))


class Broker:
    """The broker that librdkafka has inside: the protocol is real, the log is in memory."""

    def __init__(self, topics: Sequence[str] = TOPICS) -> None:
        quiet = logging.getLogger("isotherm.tests.broker")
        quiet.setLevel(logging.CRITICAL)
        self._quiet = quiet
        self._owner = Producer(
            {"test.mock.num.brokers": 1, "bootstrap.servers": "none:1", "logger": quiet}
        )
        for topic in topics:
            self._owner.list_topics(topic, timeout=10)
        broker = next(iter(self._owner.list_topics(timeout=10).brokers.values()))
        self.servers = f"{broker.host}:{broker.port}"
        self.producer = Producer(
            {
                "bootstrap.servers": self.servers,
                "partitioner": "murmur2_random",
                "compression.type": "zstd",
                "message.max.bytes": 1 << 24,
                "logger": quiet,
            }
        )

    def records(self, topic: str, run: str) -> list[tuple[dict[str, str], bytes | None]]:
        """All records of a run on a topic, each with its headers, partition by partition."""
        consumer = Consumer(
            {"bootstrap.servers": self.servers, "group.id": "tests", "logger": self._quiet}
        )
        found = []
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        for partition in partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            consumer.assign([TopicPartition(topic, partition, low)])
            at = low
            while at < high:
                message = consumer.poll(10)
                assert message is not None
                assert message.error() is None, message.error()
                at = message.offset() + 1
                if message.key().decode().split("/")[0] == run:
                    headers = {k: v.decode() for k, v in message.headers()}
                    found.append((headers, message.value()))
        consumer.close()
        return found

    def decide(self, iso: isotherm.Run, factors: dict[str, float], **changes: object) -> None:
        """Sends what a scheduler would send for a run: its first decision, with these factors."""
        layers = [
            {"layer": name, "role": "tuned", "factor": factor, "learningRate": factor}
            for name, factor in factors.items()
        ]
        value = {
            "run": iso.name,
            "incarnation": iso.incarnation,
            "id": "d1",
            "revision": 1,
            "step": 0,
            "epoch": 0,
            "policy": {"name": "constant"},
            "layers": layers,
            "missing": [],
            **changes,
        }
        headers = {"ce_type": DECISION_TYPE}
        self.producer.produce(LEARNING_RATES, json.dumps(value), iso.name, headers=headers)
        assert self.producer.flush(10) == 0

    def phases(self, run: str) -> list[dict[str, object]]:
        """What was said of how a run is and has ended."""
        return [json.loads(value or b"")["phase"] for _, value in self.records(RUNS, run)]


@pytest.fixture(scope="session")
def broker() -> Broker:
    return Broker()


@pytest.fixture
def one_rank() -> Iterator[None]:
    """A process group of this process alone."""
    store = torch.distributed.HashStore()
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def all_published(iso: isotherm.Run) -> bool:
    """Whether no snapshot is on its way."""
    counters = iso.counters()
    return counters["snapshotsPublished"] == counters["snapshotsTaken"]


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never became so"
        time.sleep(0.01)
