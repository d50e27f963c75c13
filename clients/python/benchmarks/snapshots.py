"""What snapshots cost a training loop: the same steps with and without them, interleaved.

A network of the size of GPT-2 small on a CUDA device, a small one elsewhere. The broker is the one
inside librdkafka, so the publisher's work is real and the services' is not there.

    python benchmarks/snapshots.py [--every 50] [--rounds 3] [--steps 150]
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time

import torch
import torch.nn.functional as F  # noqa: N812
from confluent_kafka import Producer
from gpt import Gpt

import isotherm
from isotherm.layers import find_layers
from isotherm.shards import Part
from isotherm.staging import Stager


def broker() -> tuple[Producer, str]:
    """A broker inside librdkafka; it lives as long as the producer."""
    quiet = logging.getLogger("quiet")
    quiet.setLevel(logging.CRITICAL)
    owner = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none:1", "logger": quiet})
    for topic in ("runs", "progress", "snapshots", "learning-rates", "refusals"):
        owner.list_topics(f"isotherm.{topic}", timeout=10)
    found = next(iter(owner.list_topics(timeout=10).brokers.values()))
    return owner, f"{found.host}:{found.port}"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=150)
    given = parser.parse_args()
    cuda = torch.cuda.is_available()
    device = "cuda" if cuda else "cpu"
    print(f"device {torch.cuda.get_device_name() if cuda else 'cpu'}, torch {torch.__version__}")
    torch.manual_seed(0)
    torch.set_float32_matmul_precision("high")
    sizes = (50257, 768, 12, 12, 1024) if cuda else (512, 128, 4, 4, 64)
    model = Gpt(*sizes).to(device)
    tokens = torch.randint(0, sizes[0], (8, sizes[4]), device=device)
    optimizer = torch.optim.AdamW(model.parameters(), 3e-4, fused=cuda)
    _, servers = broker()

    def train(steps: int, iso: isotherm.Run | None) -> list[float]:
        """Seconds of each step; the loss is read each step, as logging loops do."""
        took = []
        for _ in range(steps):
            began = time.perf_counter()
            optimizer.zero_grad()
            with torch.autocast(device, torch.bfloat16, enabled=cuda):
                logits = model(tokens)
            loss = F.cross_entropy(logits.float().flatten(0, 1), tokens.flatten())
            loss.backward()
            optimizer.step()
            if iso is not None:
                iso.step(loss)
            loss.item()
            took.append(time.perf_counter() - began)
        return took

    train(10, None)
    times: dict[str, list[float]] = {"without": [], "with": []}
    stall = made = copied = 0.0
    counters: dict[str, int] = {}
    for turn in range(given.rounds):
        times["without"] += train(given.steps, None)
        began = time.perf_counter()
        run = isotherm.balance(
            model,
            optimizer,
            run=f"bench-{turn}",
            total_steps=given.steps,
            every=given.every,
            servers=servers,
        )
        made += time.perf_counter() - began
        with run as iso:
            times["with"] += train(given.steps, iso)
            counters = iso.counters()
            stall += counters["stallNanos"] / 1e9
    print(f"{'':8s}  {'median ms':>9s}  {'p99 ms':>9s}  {'steps':>6s}")
    for name, took in times.items():
        ordered = sorted(took)
        p99 = ordered[int(len(ordered) * 0.99)]
        print(f"{name:8s}  {statistics.median(took) * 1e3:9.3f}  {p99 * 1e3:9.3f}  {len(took):6d}")
    total = sum(times["with"])
    print(f"time in the client on the training thread: {100 * stall / total:.3f} % of the steps")
    print(f"making the buffers: {made / given.rounds * 1e3:.0f} ms a run; last run: {counters}")

    layers = find_layers(model).layers
    stager = Stager([Part.whole(layer) for layer in layers])
    size = stager.nbytes / 2
    for _ in range(5):
        if cuda:
            torch.cuda.synchronize()
        began = time.perf_counter()
        stager.take(0, 0)
        on_thread = time.perf_counter() - began
        snapshot = stager.poll()
        assert snapshot is not None
        snapshot.wait()
        copied = time.perf_counter() - began
        stager.before_update()
        stager.release(snapshot)
    print(
        f"a snapshot of {size / 1e6:.0f} MB in {len(layers)} layers: {on_thread * 1e3:.2f} ms on "
        f"the training thread, there after {copied * 1e3:.1f} ms ({size / copied / 1e9:.1f} GB/s)"
    )


if __name__ == "__main__":
    main()
