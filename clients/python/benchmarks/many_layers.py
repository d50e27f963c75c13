"""What a model of very many layers costs the training thread: once, and at each step.

Experts that are modules of their own make such models. The broker is the one inside librdkafka; a
decision with a factor of its own for each layer is sent to the run, as a scheduler would.

    python benchmarks/many_layers.py [--layers 2000 20000] [--steps 20] [--adamw loop foreach fused]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time

import torch
from confluent_kafka import Producer
from snapshots import broker
from torch import nn

import isotherm

#: The ways that torch has to update many tensors; on the CPU the first one is its own choice.
ADAMW: dict[str, dict[str, bool]] = {
    "loop": {"foreach": False},
    "foreach": {"foreach": True},
    "fused": {"fused": True},
}


def decide(servers: str, iso: isotherm.Run) -> int:
    """Sends a decision; its bytes."""
    settings = {"bootstrap.servers": servers, "partitioner": "murmur2_random"}
    producer = Producer({**settings, "compression.type": "zstd", "message.max.bytes": 1 << 24})
    layers = [
        {"layer": name, "role": "tuned", "factor": 0.5 + i / 1e6, "learningRate": 1e-3}
        for i, name in enumerate(iso.factors())
    ]
    value = json.dumps(
        {
            "run": iso.name,
            "incarnation": iso.incarnation,
            "id": "many",
            "revision": 1,
            "step": 0,
            "epoch": 0,
            "layers": layers,
            "missing": [],
        }
    )
    headers = {"ce_type": "io.isotherm.decision.v1"}
    producer.produce("isotherm.learning-rates", value, iso.name, headers=headers)
    producer.flush(10)
    return len(value)


def measure(count: int, adamw: str, steps: int, servers: str) -> None:
    """Prints one line."""
    torch.manual_seed(0)
    experts = nn.ModuleList(nn.Linear(8, 8, bias=False) for _ in range(count))

    def step(iso: isotherm.Run | None) -> float:
        began = time.perf_counter()
        optimizer.step()
        if iso is not None:
            iso.step(1.0)
        return 1e3 * (time.perf_counter() - began)

    optimizer = torch.optim.AdamW(experts.parameters(), 1e-6, **ADAMW[adamw])
    for expert in experts:
        expert.weight.grad = torch.zeros_like(expert.weight)
    step(None)
    without = statistics.median(step(None) for _ in range(steps))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    iso = isotherm.balance(
        experts,
        optimizer,
        run=f"many-{count}-{adamw}",
        total_steps=10**6,
        every=10**6,
        servers=servers,
    )
    made = time.perf_counter() - began
    with iso:
        first = step(iso)
        undecided = statistics.median(step(iso) for _ in range(steps))
        size = decide(servers, iso)
        deadline = time.monotonic() + 60
        while iso.counters()["decisionsApplied"] == 0:
            assert time.monotonic() < deadline, "no decision came"
            switch = step(iso)
            time.sleep(0.05)
        before = iso.counters()["stallNanos"]
        decided = statistics.median(step(iso) for _ in range(steps))
        ours = (iso.counters()["stallNanos"] - before) / 1e6 / steps
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    print(
        f"{count:7d}  {adamw:>7}  {1e3 * made:9.0f}  {first:9.0f}  {without:9.1f}  "
        f"{undecided:9.1f}  {switch:9.1f}  {decided:9.1f}  {ours:9.1f}  "
        f"{size / 1e6:9.2f}  {grown:9.0f}"
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, nargs="+", default=[200, 2000, 20000])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--adamw", nargs="+", choices=ADAMW, default=["loop"])
    given = parser.parse_args()
    torch.set_num_threads(1)
    _, servers = broker()
    print(
        "times in ms, of the training thread; sizes in MB\n"
        f"{'layers':>7}  {'AdamW':>7}  {'balance()':>9}  {'1st step':>9}  {'without':>9}  "
        f"{'undecided':>9}  {'switch':>9}  {'decided':>9}  {'ours':>9}  "
        f"{'decision':>9}  {'memory':>9}"
    )
    for count in given.layers:
        for adamw in given.adamw:
            measure(count, adamw, given.steps, servers)


if __name__ == "__main__":
    main()
