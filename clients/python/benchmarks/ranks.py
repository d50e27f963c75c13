"""What ranks cost each other at each step: time in ``iso.step()``, in steps of about 50 ms.

Two processes train a small network under DDP and then work on for the rest of the step.

    torchrun --nproc-per-node 2 benchmarks/ranks.py [steps]
"""

from __future__ import annotations

import statistics
import sys
import time

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

import isotherm

_STEP = 0.05  # seconds


def main() -> None:
    """Prints the cost of a step on each rank."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    model = DistributedDataParallel(nn.Sequential(*(nn.Linear(64, 64) for _ in range(20))))
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    x = torch.randn(16, 64)
    took = []
    with isotherm.balance(
        model, optimizer, run="ranks", total_steps=steps, every=steps, servers="127.0.0.1:1"
    ) as iso:
        for _ in range(steps):
            end = time.perf_counter() + _STEP
            optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()
            while time.perf_counter() < end:
                x.square_()
                x.sqrt_()
            began = time.perf_counter()
            iso.step()
            took.append(time.perf_counter() - began)
    ordered = sorted(took[1:-1])
    median, p99 = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
    print(
        f"rank {dist.get_rank()} of {dist.get_world_size()}, gloo: iso.step() median "
        f"{median * 1e6:.0f} us ({100 * median / _STEP:.2f} % of a step of 50 ms), "
        f"p99 {p99 * 1e6:.0f} us"
    )
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
