"""What ranks cost each other: time in ``iso.step()``, in steps of about 50 ms.

Two processes train a small network under DDP and then work on for the rest of the step. Beside it,
behind the run, in steps that are the same: a bare sum over both, waited for.

    torchrun --standalone --nproc-per-node 2 benchmarks/ranks.py [steps]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import isotherm

_STEP = 0.05  # seconds


def timed(steps: int, train: Callable[[], None], cost: Callable[[], object]) -> str:
    """Times what comes behind each step, without the first and the last."""
    x = torch.randn(16, 64)
    took = []
    for _ in range(steps):
        end = time.perf_counter() + _STEP
        train()
        while time.perf_counter() < end:
            x.square_()
            x.sqrt_()
        began = time.perf_counter()
        cost()
        took.append(time.perf_counter() - began)
    ordered = sorted(took[1:-1])
    mean, median = statistics.mean(ordered), statistics.median(ordered)
    p99 = ordered[int(len(ordered) * 0.99)]
    return (
        f"mean {1e6 * mean:.0f} us ({100 * mean / _STEP:.2f} % of a step of 50 ms), "
        f"median {1e6 * median:.0f} us, p99 {1e6 * p99:.0f} us"
    )


def main() -> None:
    """Prints the cost of a step on each rank."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    model = DistributedDataParallel(nn.Sequential(*(nn.Linear(64, 64) for _ in range(20))))
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    x = torch.randn(16, 64)

    def train() -> None:
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()

    with isotherm.balance(
        model, optimizer, run="ranks", total_steps=steps, every=steps, servers="127.0.0.1:1"
    ) as iso:
        ours = timed(steps, train, iso.step)
    number = torch.zeros(1)
    bare = timed(100, train, lambda: dist.all_reduce(number))
    who = f"rank {dist.get_rank()} of {dist.get_world_size()}, gloo"
    print(f"{who}: iso.step() {ours}\n{who}: a bare sum {bare}")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
