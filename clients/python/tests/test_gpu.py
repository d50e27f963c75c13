"""What needs a CUDA device: copies on a side stream, rates on the device, graphs."""

from __future__ import annotations

import logging
import shutil

import pytest
import torch
from conftest import Broker, eventually
from models import difference, factors, fill_gradients, net, owner, train_by_hand
from torch import nn

import isotherm
from isotherm.layers import find_layers
from isotherm.rates import LayerRates
from isotherm.shards import Part
from isotherm.staging import Snapshot, Stager

pytestmark = pytest.mark.gpu

SAME = 1e-6  # two orders of summation of the same float32 numbers


def _wide(dtype: torch.dtype = torch.float32) -> nn.Sequential:
    layers = [nn.Linear(2048, 2048, bias=False, dtype=dtype) for _ in range(12)]
    return nn.Sequential(*layers).cuda()


def _elements(snapshot: Snapshot) -> list[torch.Tensor]:
    snapshot.wait()
    return [elements.clone() for elements in snapshot.buffers.elements]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_copies_are_the_weights_at_the_step_boundary_while_training_goes_on(
    dtype: torch.dtype,
) -> None:
    model = _wide(dtype)
    stager = Stager([Part.whole(layer) for layer in find_layers(model).layers])
    weights = [layer.weight for layer in model]

    for step in range(200):
        expected = [w.detach().clone() for w in weights]
        assert stager.take(step, 0)
        stager.before_update()
        with torch.no_grad():  # at once, as the update of the next step may be
            torch._foreach_add_([w.detach() for w in weights], 1.0)
        snapshot = stager.poll()
        assert snapshot is not None
        snapshot.wait()
        torch.cuda.synchronize()
        if step % 20 == 0:  # all of it now and then, the last layer each time
            pairs = zip(snapshot.buffers.elements, expected, strict=True)
            assert all(torch.equal(copy, weight.cpu()) for copy, weight in pairs)
        assert torch.equal(snapshot.buffers.elements[-1], expected[-1].cpu())
        stager.release(snapshot)


def test_taking_a_snapshot_waits_for_no_device() -> None:
    model = _wide()
    stager = Stager([Part.whole(layer) for layer in find_layers(model).layers])
    stager.take(0, 0)  # makes the stream
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        stager.take(1, 0)
        stager.before_update()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert stager.poll() is not None


OPTIMIZERS = {
    "sgd fused": lambda p: torch.optim.SGD(p, 0.1, 0.9, fused=True),
    "sgd foreach": lambda p: torch.optim.SGD(p, 0.1, 0.9, weight_decay=5e-4, foreach=True),
    "adamw": lambda p: torch.optim.AdamW(p, 1e-2),
    "adamw fused": lambda p: torch.optim.AdamW(p, 1e-2, fused=True),
    "adamw capturable": lambda p: torch.optim.AdamW(p, 1e-2, capturable=True),
    "adamw capturable, lr a tensor": lambda p: torch.optim.AdamW(
        p, torch.tensor(1e-2, device="cuda"), capturable=True
    ),
    "adam fused, lr a tensor": lambda p: torch.optim.Adam(
        p, torch.tensor(1e-2, device="cuda"), fused=True
    ),
    "adafactor": lambda p: torch.optim.Adafactor(p, 1e-2),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_factors_act_as_groups_per_layer_do(name: str) -> None:
    make = OPTIMIZERS[name]
    by_hand = train_by_hand(make, 9, device="cuda")
    model = net("cuda")
    optimizer = make(list(model.parameters()))
    rates = LayerRates(optimizer, owner(model))
    for step in range(9):
        fill_gradients(model)
        torch.cuda.synchronize()
        torch.cuda.set_sync_debug_mode("error" if "tensor" in name else "default")
        try:
            rates.set(factors(step), {})
        finally:
            torch.cuda.set_sync_debug_mode("default")
        optimizer.step()
    assert difference(by_hand, model) < SAME
    assert len(optimizer.param_groups) == 1


def test_a_scaled_step_that_is_skipped_moves_nothing() -> None:
    model = net("cuda")
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2, fused=True)
    rates = LayerRates(optimizer, owner(model))
    rates.set(factors(5), {})
    scaler = torch.amp.GradScaler("cuda", init_scale=4.0)
    moved = []
    for step in range(3):
        before = [p.detach().clone() for p in model.parameters()]
        optimizer.zero_grad()
        device_x = torch.randn(16, 32, device="cuda")
        with torch.autocast("cuda", torch.float16):
            loss = model(device_x).square().mean()
        scaler.scale(loss).backward()
        if step == 1:
            next(model.parameters()).grad[0, 0] = float("inf")
        scaler.step(optimizer)
        scaler.update()
        moved.append(not all(map(torch.equal, before, model.parameters())))
    assert moved == [True, False, True]
    assert len(optimizer.param_groups) == 1


def _captured_step(model: nn.Module, optimizer: torch.optim.Optimizer) -> torch.cuda.CUDAGraph:
    graph = torch.cuda.CUDAGraph()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        optimizer.step()  # the warm-up that torch asks for
    torch.cuda.current_stream().wait_stream(side)
    with torch.cuda.graph(graph):
        optimizer.step()
    return graph


def test_a_replayed_graph_takes_new_factors_when_the_rate_is_a_tensor() -> None:
    def training() -> tuple[nn.Sequential, torch.optim.Optimizer, LayerRates]:
        model = net("cuda")
        lr = torch.tensor(1e-2, device="cuda")
        optimizer = torch.optim.AdamW(model.parameters(), lr, capturable=True)
        generator = torch.Generator("cuda").manual_seed(3)
        for p in model.parameters():
            p.grad = torch.randn(p.shape, device="cuda", generator=generator)
        return model, optimizer, LayerRates(optimizer, owner(model))

    eager, eager_optimizer, eager_rates = training()
    replayed, optimizer, rates = training()
    graph = _captured_step(replayed, optimizer)  # capturing runs nothing: one step so far
    eager_optimizer.step()
    for step in range(2, 8):
        rates.set(factors(step), {})
        graph.replay()
        eager_rates.set(factors(step), {})
        eager_optimizer.step()
    assert rates.captured
    assert difference(eager, replayed) < SAME


def test_a_graph_with_a_rate_that_is_a_number_is_refused_in_one_line() -> None:
    model = net("cuda")
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2, capturable=True)
    for p in model.parameters():
        p.grad = torch.ones_like(p)
    LayerRates(optimizer, owner(model))
    with pytest.raises(ValueError, match=r"give the optimizer its rate as a tensor on the device"):
        _captured_step(model, optimizer)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no compiler for what inductor writes")
def test_a_compiled_step_takes_new_factors() -> None:
    def training() -> tuple[nn.Sequential, torch.optim.Optimizer, LayerRates]:
        model = net("cuda")
        lr = torch.tensor(1e-2, device="cuda")
        optimizer = torch.optim.AdamW(model.parameters(), lr, capturable=True)
        return model, optimizer, LayerRates(optimizer, owner(model))

    eager, eager_optimizer, eager_rates = training()
    model, optimizer, rates = training()
    step_of = torch.compile(lambda: optimizer.step())
    for step in range(2, 6):
        fill_gradients(eager)
        fill_gradients(model)
        for r in (rates, eager_rates):
            r.set(factors(step), {})
        step_of()
        eager_optimizer.step()
    assert difference(eager, model) < 1e-5  # inductor contracts multiplications and additions


def test_a_whole_run_waits_for_no_device_and_publishes_what_it_copied(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    model = _wide()
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    iso = isotherm.balance(
        model, optimizer, run="gpu", total_steps=20, every=5, servers=broker.servers
    )
    x = torch.randn(8, 2048, device="cuda")
    with caplog.at_level(logging.WARNING), iso:
        for _ in range(20):
            loss = model(x).square().mean()
            optimizer.zero_grad()
            loss.backward()
            torch.cuda.synchronize()
            torch.cuda.set_sync_debug_mode("error")
            try:
                optimizer.step()
                iso.step(loss)
            finally:
                torch.cuda.set_sync_debug_mode("default")
        eventually(lambda: iso.counters()["snapshotsPublished"] > 0)
    assert not caplog.records, caplog.text
    counters = iso.counters()
    assert counters["snapshotsPublished"] >= 12
    assert counters["snapshotsPublished"] + counters["snapshotsDropped"] == 60
    # The broker inside librdkafka keeps a few megabytes of a partition, the newest.
    steps = {headers["ce_step"] for headers, _ in broker.records("isotherm.snapshots", "gpu")}
    assert "20" in steps
