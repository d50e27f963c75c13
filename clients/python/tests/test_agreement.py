"""Alphas and factors of the real services beside an independent computation with numpy.

Needs a broker and Isotherm's services, which ``PyTorchIT`` of the integration tests starts;
``ISOTHERM_TEST_SERVERS`` says where.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed as dist
from confluent_kafka import Consumer, TopicPartition
from sharding import fully_shard
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from transformers.pytorch_utils import Conv1D
from workers import Workers

import isotherm
from isotherm.messages import LEARNING_RATES

SERVERS = os.environ.get("ISOTHERM_TEST_SERVERS", "")
SPECTRA = "isotherm.spectra"
TOLERANCE = 1e-5

pytestmark = pytest.mark.skipif(
    not SERVERS, reason="ISOTHERM_TEST_SERVERS does not say where Isotherm's services are"
)


class Network(nn.Module):
    """Images [n, 3, 12, 12] to ten numbers, through a layer of each kind."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.first = nn.Conv2d(3, 64, 3)
        self.tall = nn.Conv2d(64, 80, 3)
        self.transposed = nn.ConvTranspose2d(80, 72, 3)
        self.line = nn.Conv1d(72, 56, 5)
        self.gpt = Conv1D(96, 56)
        self.dense = nn.Linear(96, 128)
        self.last = nn.Linear(128, 10)
        with torch.no_grad():  # tails of different weight, so that alphas differ
            for i, parameter in enumerate(self.parameters()):
                parameter *= torch.randn_like(parameter).abs() ** (0.5 * i)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.transposed(self.tall(self.first(x)).relu()).relu()
        x = self.line(x.flatten(2)).relu().mean(2)
        numbers: torch.Tensor = self.last(self.dense(self.gpt(x)))
        return numbers

    def matrices(self) -> dict[str, np.ndarray]:
        """The weights as stacks of matrices [k, ., .] in double precision, by layer."""

        def stack(weight: torch.Tensor) -> np.ndarray:
            array = weight.detach().numpy().astype(np.float64)
            return array.reshape(*array.shape[:2], -1).transpose(2, 0, 1)

        return {name: stack(layer.weight) for name, layer in self.named_children()}


def alpha(matrices: np.ndarray) -> float:
    """TempBalance's: the eigenvalues of all slices, and the tail from their median on."""
    values = np.sort(np.linalg.svd(matrices, compute_uv=False).ravel() ** 2)
    tail = values[len(values) // 2 :]
    return float(1 + len(tail) / np.log(tail / tail[0]).sum())


def linear_factors(matrices: dict[str, np.ndarray]) -> dict[str, float]:
    """TempBalance's map of alphas to 0.5 to 1.5; the first and the last layer have 1."""
    inner = list(matrices)[1:-1]
    alphas = [alpha(matrices[name]) for name in inner]
    mapped = np.interp(alphas, [min(alphas), max(alphas)], [0.5, 1.5])
    return dict.fromkeys(matrices, 1.0) | dict(zip(inner, mapped.tolist(), strict=True))


def awaited(
    topic: str, run: str, enough: Callable[[list[dict[str, Any]]], bool]
) -> list[dict[str, Any]]:
    """The messages of a run, as soon as there are enough."""
    consumer = Consumer({"bootstrap.servers": SERVERS, "group.id": "tests"})
    partitions = consumer.list_topics(topic, timeout=60).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + 180
    while not enough(found):
        assert time.monotonic() < deadline, f"only {len(found)} messages of {run} on {topic}"
        message = consumer.poll(0.2)
        if message is not None and message.error() is None and message.key() == run.encode():
            found.append(json.loads(message.value() or b""))
    consumer.close()
    return found


def outcomes(run: str, count: int) -> dict[str, dict[str, Any]]:
    """The first outcome of each layer of a run that has so many."""
    of_layers = awaited(
        SPECTRA, run, lambda found: len({o["snapshot"]["layer"] for o in found}) == count
    )
    first: dict[str, dict[str, Any]] = {}
    for one in of_layers:
        assert one["outcome"]["status"] == "analysed", one
        first.setdefault(one["snapshot"]["layer"], one["outcome"])
    return first


def test_alphas_and_factors_agree_with_numpy(tmp_path: Path) -> None:
    run = f"agreement-{time.time_ns()}"
    model = Network()
    expected = model.matrices()
    optimizer = torch.optim.SGD(model.parameters(), 1e-6)
    with isotherm.balance(
        model, optimizer, run=run, total_steps=10**9, every=10**8, servers=SERVERS
    ) as iso:

        def step() -> None:
            model(torch.ones(2, 3, 12, 12)).square().mean().backward()
            optimizer.step()
            optimizer.zero_grad()
            iso.step()

        step()
        measured = outcomes(run, len(expected))
        decided = awaited(LEARNING_RATES, run, lambda found: len(found) == 1)
        deadline = time.monotonic() + 60
        while iso.counters()["decisionsApplied"] == 0:
            assert time.monotonic() < deadline
            step()
        in_force = iso.factors()
    assert {name: outcome["alpha"] for name, outcome in measured.items()} == {
        name: pytest.approx(alpha(matrices), rel=TOLERANCE) for name, matrices in expected.items()
    }
    factors = linear_factors(expected)
    assert in_force == pytest.approx(factors, rel=TOLERANCE)
    assert {rate["layer"]: rate["factor"] for rate in decided[0]["layers"]} == in_force
    assert len(set(in_force.values())) == len(expected) - 1


def watched(run: str, model: nn.Module) -> None:
    """Publishes the weights once; on all ranks, if there are several."""
    with isotherm.watch(model, run=run, every=10**8, servers=SERVERS) as iso:
        deadline = time.monotonic() + 120
        is_sent = torch.zeros(1)
        while not is_sent:
            assert time.monotonic() < deadline, iso.counters()
            model(torch.ones(2, 3, 12, 12))
            iso.step()
            time.sleep(0.1)
            counters = iso.counters()
            is_sent[0] = 0 < counters["snapshotsTaken"] == counters["snapshotsPublished"]
            if dist.is_initialized():
                dist.all_reduce(is_sent, dist.ReduceOp.MIN)


def watched_in_shards(run: str) -> None:
    """The same on ranks that each have some rows of every weight, not equally many."""
    model = fully_shard(Network(), mesh=init_device_mesh("cpu", (dist.get_world_size(),)))
    watched(run, model)


def test_shards_have_the_alphas_of_whole_weights_bit_for_bit(tmp_path: Path) -> None:
    run = f"shards-{time.time_ns()}"
    watched(f"{run}-whole", Network())
    workers = Workers(tmp_path)
    try:
        assert workers.run(3, watched_in_shards, run) == [None, None, None]
    finally:
        workers.close()

    layers = len(list(Network().children()))
    whole, sharded = outcomes(f"{run}-whole", layers), outcomes(run, layers)
    for outcome in (*whole.values(), *sharded.values()):
        del outcome["computeNanos"]
    assert sharded == whole
