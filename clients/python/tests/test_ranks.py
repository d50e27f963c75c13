"""Several ranks: the same factors at the same step, each weight published once, none gathered."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F  # noqa: N812
from confluent_kafka import Producer
from conftest import Broker, eventually
from sharding import DTensor, Replicate, Shard, fully_shard, needs_fsdp
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.optim import ZeroRedundancyOptimizer
from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module
from torch.nn.parallel import DistributedDataParallel
from workers import Workers

import isotherm
import isotherm.run
from isotherm.exchange import Exchange
from isotherm.factors import Target
from isotherm.messages import LEARNING_RATES, PROGRESS, RUNS, SNAPSHOTS
from isotherm.ranks import Ranks
from isotherm.rates import LayerRates
from isotherm.shards import Extent, held

NOWHERE = "127.0.0.1:1"


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    processes = Workers(tmp_path_factory.mktemp("ranks"))
    yield processes
    processes.close()


class Net(nn.Module):
    """Rows that two ranks cannot share evenly, a convolution, a norm layer, and a narrow head."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 5, 3)
        self.up = nn.Linear(180, 251)
        self.norm = nn.LayerNorm(251)
        self.mid = nn.Linear(251, 32)
        self.head = nn.Linear(32, 1)  # one row: every rank but the first has an empty shard

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.conv(x)).flatten(1)
        return self.head(F.relu(self.mid(F.relu(self.norm(self.up(x))))))


LAYERS = ["conv", "up", "norm", "mid", "head"]


class Loop:
    """A network wrapped in some way, an optimizer, and batches that differ from rank to rank."""

    def __init__(
        self, wrap: Callable[[nn.Module], nn.Module], optimizer: Callable[..., Any] | None = None
    ) -> None:
        torch.manual_seed(0)
        net = Net()
        self.first = {name: p.detach().clone() for name, p in net.named_parameters()}
        self.model = wrap(net)
        make = optimizer or (lambda params: torch.optim.SGD(params, 0.01, 0.9))
        self.optimizer = make(self.model.parameters())
        self._batches = torch.Generator().manual_seed(dist.get_rank())

    def balanced(self, run: str, servers: str = NOWHERE, **options: Any) -> isotherm.Run:
        options = {"total_steps": 100, "every": 10, **options}
        return isotherm.balance(self.model, self.optimizer, run=run, servers=servers, **options)

    def step(
        self, iso: isotherm.Run | None = None, step_of: Callable[[], Any] | None = None
    ) -> None:
        x = torch.randn(4, 1, 8, 8, generator=self._batches)
        self.optimizer.zero_grad()
        loss = self.model(x).pow(2).mean()
        loss.backward()
        (step_of or self.optimizer.step)()
        if iso is not None:
            iso.step(loss)

    def weights(self) -> torch.Tensor:
        return torch.cat([_whole(p).flatten() for p in self.model.parameters()])


def _whole(parameter: torch.Tensor) -> torch.Tensor:
    whole = parameter.detach()
    return (whole.full_tensor() if hasattr(whole, "full_tensor") else whole).clone()


def ddp(net: nn.Module) -> nn.Module:
    return DistributedDataParallel(net)


def fsdp(net: nn.Module) -> nn.Module:
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    fully_shard(net.up, mesh=mesh)
    return fully_shard(net, mesh=mesh)


def hsdp(net: nn.Module) -> nn.Module:
    mesh = init_device_mesh(
        "cpu", (2, dist.get_world_size() // 2), mesh_dim_names=("copies", "parts")
    )
    return fully_shard(net, mesh=mesh)


#: Rows of one layer and columns of the next, each with whole activations around it.
_PARALLEL = {
    "up": ColwiseParallel(output_layouts=Replicate()),
    "mid": RowwiseParallel(input_layouts=Replicate()),
}


def tensor_parallel(net: nn.Module) -> nn.Module:
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    return parallelize_module(net, mesh, _PARALLEL)


def with_tensor_and_data_parallel(net: nn.Module) -> nn.Module:
    mesh = init_device_mesh(
        "cpu", (2, dist.get_world_size() // 2), mesh_dim_names=("data", "tensor")
    )
    parallelize_module(net, mesh["tensor"], _PARALLEL)
    return fully_shard(net, mesh=mesh["data"])


def fsdp_by_columns(net: nn.Module) -> nn.Module:
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    net.up = nn.Linear(180, 252)  # torch wants columns that can be shared evenly
    net.norm, net.mid = nn.LayerNorm(252), nn.Linear(252, 32)

    def by_columns(parameter: nn.Parameter) -> Shard:
        return Shard(1 if parameter.dim() == 2 else 0)

    return fully_shard(net, mesh=mesh, shard_placement_fn=by_columns)


def fsdp_with_conv1d(net: nn.Module) -> nn.Module:
    return fsdp(with_conv1d(net))


def decide(servers: str, iso: isotherm.Run, factor: float, revision: int = 1, **more: Any) -> None:
    """What a scheduler would send: ``factor`` for each layer, and a little more for each next."""
    rates = [
        {"layer": name, "role": "tuned", "factor": factor + 0.1 * i, "learningRate": 0.01}
        for i, name in enumerate(iso.factors())
    ]
    value = {
        "run": iso.name,
        "incarnation": iso.incarnation,
        "id": f"d{revision}",
        "revision": revision,
        "step": 0,
        "epoch": 0,
        "policy": {"name": "constant"},
        "baseLearningRate": 0.01,
        "layers": rates,
        "missing": [],
        **more,
    }
    producer = Producer({"bootstrap.servers": servers, "partitioner": "murmur2_random"})
    producer.produce(
        LEARNING_RATES,
        key=iso.name,
        value=json.dumps(value),
        headers={"ce_type": "io.isotherm.decision.v1"},
    )
    assert producer.flush(10) == 0


def of_all(value: Any) -> list[Any]:
    """What each rank has."""
    values: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(values, value)
    return values


def train_until_all(loop: Loop, iso: isotherm.Run, condition: Callable[[], bool]) -> None:
    """Steps on all ranks until all have what they wait for."""

    def trained() -> bool:
        loop.step(iso)
        return all(of_all(condition()))

    eventually(trained)


# ---- factors


def balanced_for_30_steps(servers: str, kind: Callable[..., Any], zero: bool) -> dict[str, Any]:
    optimizer = None
    if zero:
        optimizer = lambda params: ZeroRedundancyOptimizer(  # noqa: E731
            params, torch.optim.SGD, lr=0.01, momentum=0.9
        )
    loop = Loop(kind, optimizer)
    seen = []
    with loop.balanced(f"same-{kind.__name__}-{zero}", servers, total_steps=100) as iso:
        loop.step(iso)
        if dist.get_rank() == 0:
            decide(servers, iso, 0.5)
        while iso.counters()["decisionsApplied"] < 1 and iso.steps < 2_000:
            loop.step(iso)
            seen.append(iso.factors())
        if dist.get_rank() == 0:
            decide(servers, iso, 1.2, revision=2, rampSteps=7)
        for _ in range(30):
            loop.step(iso)
            seen.append(iso.factors())
        while iso.counters()["decisionsApplied"] < 2 and iso.steps < 2_000:
            loop.step(iso)
            seen.append(iso.factors())
        for _ in range(8):
            loop.step(iso)
            seen.append(iso.factors())
        lrs = iso.effective_lrs()
    return {"seen": seen, "weights": loop.weights(), "lrs": lrs, "steps": iso.steps}


@pytest.mark.parametrize(
    ("kind", "zero", "ranks"),
    [(ddp, False, 2), (ddp, True, 2), pytest.param(fsdp, False, 3, marks=needs_fsdp)],
)
def test_all_ranks_have_the_same_factors_at_each_step(
    broker: Broker, workers: Workers, kind: Callable[..., Any], zero: bool, ranks: int
) -> None:
    first, *others = workers.run(ranks, balanced_for_30_steps, broker.servers, kind, zero)
    assert first["seen"][-1] == pytest.approx(
        {name: 1.2 + 0.1 * i for i, name in enumerate(first["seen"][-1])}
    )
    assert set(first["seen"][-1]) == set(LAYERS)
    for other in others:
        assert other["seen"] == first["seen"]
        assert torch.equal(other["weights"], first["weights"])


def replicas_apart(servers: str) -> tuple[float, float]:
    """How far replicas are apart: with our factors, and where one rank applies them a step late."""
    with_ours = balanced_for_30_steps(servers, ddp, False)["weights"]
    ours = torch.stack(of_all(with_ours))
    loop = Loop(ddp)
    owner = {p: name.split(".")[1] for name, p in loop.model.named_parameters()}
    rates = LayerRates(loop.optimizer, owner)
    for step in range(30):
        if step == 10 + dist.get_rank():
            rates.set({"up": 0.5, "mid": 1.5}, {})
        loop.step()
    late = torch.stack(of_all(loop.weights()))
    return (ours[0] - ours[1]).abs().max().item(), (late[0] - late[1]).abs().max().item()


def test_replicas_stay_the_same_which_a_decision_applied_a_step_late_would_part(
    broker: Broker, workers: Workers
) -> None:
    (ours, late), _ = workers.run(2, replicas_apart, broker.servers)
    assert ours == 0
    assert late > 1e-5


def _step(optimizer: Any) -> None:
    optimizer.step()


def compiled(servers: str, compiles: str) -> tuple[float, torch.Tensor]:
    """How far training with factors is from the same without compiling; its weights."""
    torch._dynamo.reset()
    weights = []
    for what in ("nothing", compiles):
        loop = Loop(ddp)
        step_of = loop.optimizer.step
        if what == "model before":
            loop.model = torch.compile(loop.model, backend="aot_eager")
        with loop.balanced(f"compiled-{what.replace(' ', '-')}", servers) as iso:
            rates = {"decisionId": "d", "revision": 1, "basedOnStep": 0}
            factors = dict.fromkeys(iso.factors(), 0.5) | {"up": 1.5, "mid": 0.25}
            iso.load_state_dict({**iso.state_dict(), "rates": {**rates, "factors": factors}})
            if what == "model":
                loop.model = torch.compile(loop.model, backend="aot_eager")
            elif what == "step":
                # The hooks are what tracing breaks: no code needs to be generated.
                step_of = torch.compile(partial(_step, loop.optimizer), backend="eager")
            for _ in range(6):
                loop.step(iso, step_of)
        weights.append(loop.weights())
    return (weights[0] - weights[1]).abs().max().item(), weights[1]


@pytest.mark.parametrize("compiles", ["model before", "model", "step"])
def test_ranks_that_compile_train_with_the_same_factors(
    broker: Broker, workers: Workers, compiles: str
) -> None:
    (apart, first), (other_apart, other) = workers.run(2, compiled, broker.servers, compiles)
    assert max(apart, other_apart) < 1e-5  # what is compiled sums in another order
    assert torch.equal(first, other)


def shown(servers: str, zero: bool) -> tuple[dict[str, float], str]:
    """Effective rates and the printed run, behind steps with factors."""
    make = lambda params: ZeroRedundancyOptimizer(params, torch.optim.SGD, lr=0.01)  # noqa: E731
    loop = Loop(ddp, make if zero else None)
    with loop.balanced(f"shown-{zero}", servers) as iso:
        rates = {"decisionId": "d", "revision": 1, "basedOnStep": 0, "factors": {"up": 0.5}}
        iso.load_state_dict({**iso.state_dict(), "rates": rates})
        for _ in range(3):
            loop.step(iso)
        return iso.effective_lrs(), str(iso)


@pytest.mark.parametrize("zero", [False, True])
def test_every_rank_shows_the_rates_of_all_layers_and_which_rank_it_is(
    broker: Broker, workers: Workers, zero: bool
) -> None:
    for rank, (lrs, text) in enumerate(workers.run(2, shown, broker.servers, zero)):
        assert lrs == pytest.approx({**dict.fromkeys(LAYERS, 0.01), "up": 0.005})
        (line,) = (line for line in text.splitlines() if line.startswith("rank "))
        assert f"rank {rank} of 2, publishes {1 if rank == 0 else 3} whole layers" in line
        assert re.search(r"^ +up .* 0\.5 +1 +0\.005$", text, re.MULTILINE), text


def loaded(servers: str, own: bool) -> Any:
    """Goes on from a state, which is another one on each rank if ``own``."""
    loop = Loop(ddp)
    with loop.balanced("loaded", servers) as iso:
        factors = dict.fromkeys(iso.factors(), 0.6)
        rates = {"decisionId": "d", "revision": 9, "basedOnStep": 1, "factors": factors}
        state = {"run": "loaded", "incarnation": 2**50, "step": 7, "epoch": 1, "rates": rates}
        if own:
            state["step"] += dist.get_rank()
        iso.load_state_dict(state)
        before = of_all((iso.steps, iso.incarnation, iso.factors()))
        loop.step(iso)
        return before, iso.steps, iso.state_dict()["rates"]["factors"]


def test_all_ranks_go_on_from_a_checkpoint_as_one_new_incarnation(
    broker: Broker, workers: Workers
) -> None:
    for before, steps, factors in workers.run(2, loaded, broker.servers, False):
        (first, other), first_steps = before, before[0][0]
        assert first == other
        assert first_steps == 7
        assert first[1] == 2**50 + 1
        assert set(first[2].values()) == {0.6}
        assert steps == 8
        assert set(factors.values()) == {0.6}


def test_ranks_with_different_checkpoints_are_refused_on_each(workers: Workers) -> None:
    for error in workers.run(2, loaded, NOWHERE, True):
        assert isinstance(error, ValueError)
        assert "all ranks must load the same state" in str(error)
        assert "rank 0 is of step 7" in str(error)
        assert "rank 1 of step 8" in str(error)


# ---- snapshots


def with_conv1d(net: Any) -> Any:
    """A layer of transformers, which has its weight as [in, out]."""
    layer = pytest.importorskip("transformers.pytorch_utils").Conv1D(251, 180)
    net.up = layer
    return net


def published(
    run: str, servers: str, wrap: Callable[[nn.Module], nn.Module]
) -> tuple[dict[str, torch.Tensor], list[tuple[str, str | None]], dict[str, str], dict[str, int]]:
    """Trains one step; gives the whole weights from before, the layers, and what was counted."""
    loop = Loop(wrap)
    with loop.balanced(run, servers, total_steps=1, every=1) as iso:
        whole = {
            name.removesuffix(".weight").removeprefix("module."): _whole(p)
            for name, p in loop.model.named_parameters()
            if p.dim() > 1
        }
        loop.step(iso)

        def settled() -> bool:
            c = iso.counters()
            return c["snapshotsPublished"] == c["snapshotsTaken"] > 0 or not iso._stager.parts

        eventually(lambda: all(of_all(settled())))
        iso.finish()
        iso.close(timeout=60)
    layers = [(layer.name, layer.layout) for layer in iso.model_layers.layers]
    left_out = {out.name: out.reason for out in iso.model_layers.left_out}
    return whole, layers, left_out, iso.counters()


def of_step(
    broker: Broker, run: str, step: str
) -> dict[str, list[tuple[dict[str, str], dict[str, Any], bytes]]]:
    """By layer, the headers, the tensor's fields and the elements of each document of a step."""
    found: dict[str, list[Any]] = {}
    for headers, value in broker.records(SNAPSHOTS, run):
        assert value is not None
        assert headers["ce_chunkcount"] == "1"
        if headers["ce_step"] == step:
            length = int.from_bytes(value[:8], "little")
            fields = json.loads(value[8 : 8 + length])
            found.setdefault(headers["ce_layer"], []).append((headers, fields, value[8 + length :]))
    return found


def put_together(documents: list[tuple[dict[str, str], dict[str, Any], bytes]]) -> torch.Tensor:
    """The whole tensor from its shards, each element of which comes exactly once."""
    first = documents[0][0]
    if "ce_shardindex" not in first:
        assert len(documents) == 1
        ((_, fields, elements),) = documents
        (tensor,) = (fields[name] for name in fields if name != "__metadata__")
        return torch.frombuffer(bytearray(elements), dtype=torch.float32).view(tensor["shape"])
    count = int(first["ce_shardcount"])
    assert sorted(int(h["ce_shardindex"]) for h, _, _ in documents) == list(range(count))
    whole = torch.full([int(n) for n in first["ce_globalshape"].split(",")], torch.nan)
    for headers, fields, elements in documents:
        layer, index = headers["ce_layer"], headers["ce_shardindex"]
        assert headers["ce_globalshape"] == first["ce_globalshape"]
        assert headers["ce_id"].endswith(f"/{layer}@{headers['ce_incarnation']}:0:s{index}:0")
        shape = fields[layer]["shape"]
        offsets = [int(n) for n in headers["ce_shardoffsets"].split(",")]
        place = whole[tuple(slice(o, o + n) for o, n in zip(offsets, shape, strict=True))]
        assert torch.isnan(place).all()
        place.copy_(torch.frombuffer(bytearray(elements), dtype=torch.float32).view(shape))
    return whole


@pytest.mark.parametrize(
    ("kind", "ranks", "shards"),
    [
        (ddp, 2, {"conv": 1, "up": 1, "mid": 1, "head": 1}),
        pytest.param(fsdp, 2, {"conv": 2, "up": 2, "mid": 2, "head": 1}, marks=needs_fsdp),
        pytest.param(fsdp, 3, {"conv": 3, "up": 3, "mid": 3, "head": 1}, marks=needs_fsdp),
        pytest.param(hsdp, 4, {"conv": 2, "up": 2, "mid": 2, "head": 1}, marks=needs_fsdp),
        (tensor_parallel, 2, {"conv": 1, "up": 2, "mid": 2, "head": 1}),
        pytest.param(
            with_tensor_and_data_parallel,
            4,
            {"conv": 2, "up": 4, "mid": 4, "head": 1},
            marks=needs_fsdp,
        ),
        pytest.param(
            fsdp_by_columns, 2, {"conv": 2, "up": 2, "mid": 2, "head": 2}, marks=needs_fsdp
        ),
        pytest.param(
            fsdp_with_conv1d, 2, {"conv": 2, "up": 2, "mid": 2, "head": 1}, marks=needs_fsdp
        ),
    ],
)
def test_each_weight_is_published_once_and_its_shards_are_the_whole(
    broker: Broker,
    workers: Workers,
    kind: Callable[..., Any],
    ranks: int,
    shards: dict[str, int],
) -> None:
    run = f"once-{kind.__name__}-{ranks}"
    given = workers.run(ranks, published, run, broker.servers, kind)
    assert not isinstance(given[0], BaseException), repr(given[0])
    whole, layers, left_out, _ = given[0]
    documents = of_step(broker, run, "0")
    assert left_out == {}
    assert [name for name, _ in layers] == ["conv", "up", "mid", "head"]
    assert {name: len(found) for name, found in documents.items()} == shards
    for name, layout in layers:
        assert torch.equal(put_together(documents[name]), whole[name])
        for _, fields, _ in documents[name]:
            assert fields.get("__metadata__", {}).get("layout") == layout
    if min(sum(shards.values()), ranks) == ranks:
        assert all(counters["snapshotsPublished"] > 0 for *_, counters in given)
    progress = [json.loads(value) for _, value in broker.records(PROGRESS, run)]
    assert progress[-1]["counters"]["snapshotsTaken"] == 2 * sum(shards.values())
    assert len({headers["ce_id"] for headers, _ in broker.records(RUNS, run)}) == 2


def interleaved(servers: str) -> Any:
    """A weight whose rows are cut in a way that no offset describes."""
    from torch.distributed.tensor.placement_types import _StridedShard

    mesh = init_device_mesh("cpu", (2,))
    loop = Loop(ddp)
    net = loop.model.module
    net.mid.weight = nn.Parameter(
        DTensor.from_local(torch.zeros(16, 251), mesh, [_StridedShard(0, split_factor=2)])
    )
    net.up.weight = nn.Parameter(
        DTensor.from_local(
            torch.zeros(120, 180), mesh, [Shard(0)], shape=(240, 180), stride=(180, 1)
        )
    )
    loop.optimizer = torch.optim.SGD(loop.model.parameters(), 0.1)
    iso = loop.balanced("interleaved", servers)
    iso.close()
    names = [layer.name for layer in iso.model_layers.layers]
    return names, {out.name: out.reason for out in iso.model_layers.left_out}


@needs_fsdp  # which cuts weights so
def test_a_weight_whose_rows_are_interleaved_is_left_out_with_the_reason(workers: Workers) -> None:
    for names, left_out in workers.run(2, interleaved, NOWHERE):
        assert names == ["conv", "up", "head"]
        assert "interleaved" in left_out["mid"]


def extents_by_torch_2_4() -> list[Any]:
    """What a rank has of uneven rows, and of rows that two meshes cut, without the protocol."""
    mesh = init_device_mesh("cpu", (2, 1), mesh_dim_names=("data", "tensor"))
    rows = DTensor.from_local(
        torch.zeros(126 - dist.get_rank(), 3),
        mesh,
        [Shard(0), Replicate()],
        shape=torch.Size((251, 3)),
        stride=(3, 1),
    )
    twice = DTensor.from_local(torch.zeros(4, 3), mesh, [Shard(0), Shard(0)])
    had = DTensor.__dict__.get("__create_chunk_list__")
    if had is not None:
        del DTensor.__create_chunk_list__
    try:
        return [held(nn.Parameter(weight)) for weight in (rows, twice)]
    finally:
        if had is not None:
            DTensor.__create_chunk_list__ = had


def test_without_the_protocol_of_torchs_checkpoints_shards_are_known_or_left_out(
    workers: Workers,
) -> None:
    (rows, twice), (other_rows, other_twice) = workers.run(2, extents_by_torch_2_4)
    assert rows == Extent((0, 0), (126, 3))
    assert other_rows == Extent((126, 0), (125, 3))
    assert twice == other_twice
    assert "two meshes cut one dimension of it" in twice


# ---- what is refused, and what breaks


def disagreeing(what: str) -> None:
    rank = dist.get_rank()
    loop = Loop(ddp)
    if what == "run":
        loop.balanced(f"run-{rank}")
    elif what == "policy":
        loop.balanced("x", policy="llr" if rank else "linear")
    elif what == "model":
        net = nn.Linear(3 + rank, 4)
        isotherm.watch(net, run="x", servers=NOWHERE)
    elif what == "pattern":
        loop.balanced("x", exclude=["nothing*"] if rank else [])
    elif what == "layer":
        loop.balanced("x", exclude=["mid"] if rank else [])


@pytest.mark.parametrize(
    ("what", "lines"),
    [
        ("run", ["run is run-0 on rank 0 and run-1 on rank 1"] * 2),
        ("policy", ["policy is {.*} on rank 0 and {.*} on rank 1"] * 2),
        (
            "model",
            [r"layer 'model' is dense \[4, 3\].* on rank 0 and dense \[4, 4\].* on rank 1"] * 2,
        ),
        ("layer", ["exclude is .* on rank 0 and .*'mid'.* on rank 1"] * 2),
        ("pattern", [r"rank 1 refuses: exclude pattern", "^exclude pattern 'nothing\\*' matches"]),
    ],
)
def test_ranks_that_differ_are_refused_in_one_line_on_each(
    workers: Workers, what: str, lines: list[str]
) -> None:
    for error, line in zip(workers.run(2, disagreeing, what), lines, strict=True):
        assert isinstance(error, ValueError)
        assert "\n" not in str(error)
        assert re.search(line, str(error)), str(error)


def watched(servers: str) -> dict[str, int]:
    loop = Loop(ddp)
    loop.model.requires_grad_(False)
    with isotherm.watch(loop.model, run="watched-by-two", every=2, servers=servers) as iso:
        for _ in range(4):
            loop.model(torch.ones(2, 1, 8, 8))
            iso.step()
            eventually(
                lambda: iso.counters()["snapshotsPublished"] == iso.counters()["snapshotsTaken"]
            )
    return iso.counters()


def test_ranks_can_watch(broker: Broker, workers: Workers) -> None:
    first, other = workers.run(2, watched, broker.servers)
    assert first["snapshotsTaken"] + other["snapshotsTaken"] == 4 * 3
    steps = [(h["ce_layer"], h["ce_step"]) for h, _ in broker.records(SNAPSHOTS, "watched-by-two")]
    assert sorted(steps) == sorted(product(["conv", "up", "mid", "head"], ["1", "2", "4"]))


@contextmanager
def said_of_ranks() -> Iterator[list[str]]:
    """What the log says of ranks."""
    lines: list[str] = []

    def note(record: logging.LogRecord) -> None:
        if "ranks" in record.getMessage():
            lines.append(record.getMessage())

    handler = logging.Handler()
    handler.emit = note  # type: ignore[method-assign]
    logging.getLogger("isotherm").addHandler(handler)
    yield lines
    logging.getLogger("isotherm").removeHandler(handler)


def left_early(servers: str) -> Any:
    """The second rank ends after three steps, the first trains on; no gradients are exchanged."""
    loop = Loop(lambda net: net)
    with said_of_ranks() as said, loop.balanced("left-early", servers) as iso:
        for _ in range(3 if dist.get_rank() else 100):
            loop.step(iso)
    return iso.steps, said


def test_a_rank_that_ends_early_does_not_hold_the_others_up(
    broker: Broker, workers: Workers
) -> None:
    (steps, said), (other_steps, silent) = workers.run(2, left_early, broker.servers)
    assert (steps, other_steps) == (100, 3)
    assert len(said) == 1
    assert "ranks have ended before this one" in said[0]
    assert silent == []


def silent_for_a_while(servers: str) -> Any:
    """The second rank stops after three steps until the first has given it up, and trains on."""
    loop = Loop(lambda net: net)
    if dist.get_rank() == 0:
        impatient = partial(Exchange, patience=timedelta(seconds=0.2))
        isotherm.run.Exchange = impatient  # type: ignore[assignment, misc]
    try:
        with said_of_ranks() as said, loop.balanced("silent", servers) as iso:
            for _ in range(3):
                loop.step(iso)
            if dist.get_rank() == 0:
                eventually(lambda: loop.step(iso) or bool(said))
            dist.barrier()
            came_back_at = iso.steps
            for _ in range(200):
                loop.step(iso)
            text = str(iso)
    finally:
        isotherm.run.Exchange = Exchange  # type: ignore[misc]
    return iso.steps - came_back_at, said, text


def test_ranks_train_on_without_one_that_is_silent_and_it_without_them(
    broker: Broker, workers: Workers
) -> None:
    (steps, said, text), (late_steps, told, late_text) = workers.run(
        2, silent_for_a_while, broker.servers
    )
    assert steps == late_steps == 200
    assert len(said) == len(told) == 1
    assert "ranks do not answer, training goes on" in said[0]
    assert "step() must be called on all ranks" in said[0]
    assert "ranks have ended before this one" in told[0]  # it need not find out by waiting
    assert "ranks do not tell each other anything any more" in text
    assert "ranks do not tell each other anything any more" in late_text


def late(decides: bool) -> Any:
    """The decision that is taken and when; the first rank is impatient, the second one is late."""
    patience = {"patience": timedelta(seconds=0.5)} if dist.get_rank() == 0 else {}
    exchange = Exchange(Ranks(), "late", "", ["n"], sets=2, **patience)
    decision = Target("d1", 1, 0, {"up": 0.5}) if decides and dist.get_rank() == 0 else None
    taken = []
    dist.barrier()
    began = time.monotonic()
    for step in range(6):
        if step == 1 and dist.get_rank() == 1:
            eventually(lambda: time.monotonic() > began + 1)
        target = exchange.take(decision)
        if target is not None:
            taken.append((step, target))
        exchange.give(decision, lambda: {"n": 1}, room=True, due=True)
    went_on = exchange.goes_on
    exchange.leave({"n": 1})
    return taken, went_on


@pytest.mark.parametrize("decides", [True, False])
def test_a_rank_that_is_late_is_waited_for_as_long_as_a_decision_is_on_its_way(
    workers: Workers, decides: bool
) -> None:
    for taken, went_on in workers.run(2, late, decides):
        assert taken == ([(2, Target("d1", 1, 0, {"up": 0.5}))] if decides else [])
        assert went_on == decides


def asked_for_room() -> list[bool]:
    """Whether there is room for a snapshot at each step, whose copies the second rank keeps."""
    exchange = Exchange(Ranks(), "room", "", [], sets=2)
    is_full = [False, False, False, True, True, False, False, False]
    seen = []
    for full in is_full:
        exchange.take(None)
        seen.append(exchange.has_room)
        if exchange.has_room:
            exchange.copied()
        exchange.give(None, dict, room=not full or dist.get_rank() == 0, due=True)
        seen.append(exchange.has_room)
    exchange.leave({})
    return seen


def test_a_snapshot_needs_a_sum_behind_the_one_before_that_found_room_on_all_ranks(
    workers: Workers,
) -> None:
    first, other = workers.run(2, asked_for_room)
    assert first == other
    before, behind = first[::2], first[1::2]
    assert before == [True, True, True, True, False, False, True, True]
    assert behind == [True, False, False, False, False, False, False, False]


def starts_of_sums() -> list[int]:
    """The steps that end with a sum, where ranks take turns in being slow."""
    exchange = Exchange(Ranks(), "sums", "", [], sets=2)
    starts = []
    for step in range(200):
        if step % 2 == dist.get_rank():
            torch.ones(100, 100).mm(torch.ones(100, 100))
        dist.barrier()
        exchange.take(None)
        before = exchange._sums
        exchange.give(None, dict, room=True, due=step == 150)
        if exchange._sums is not before:
            starts.append(step)
    exchange.leave({})
    return starts


def test_ranks_start_sums_at_the_same_few_steps(workers: Workers) -> None:
    first, other = workers.run(2, starts_of_sums)
    assert first == other
    assert 150 in first
    assert len(first) < 200
