"""Processes that stay, so that a test with several ranks does not wait for torch to be imported."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

MOST = 4


class Workers:
    """Runs a function on several ranks at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._groups = 0
        # One process for each rank, since torch remembers which place in a mesh a process has.
        self._ranks = [
            ProcessPoolExecutor(1, get_context("spawn"), torch.set_num_threads, (1,))
            for _ in range(MOST)
        ]

    def run(self, ranks: int, function: Callable[..., Any], *args: Any) -> list[Any]:
        """What the function returns on each rank, or the exception that it raises there."""
        self._groups += 1
        store = str(self._folder / f"store-{self._groups}")
        running = [
            one.submit(_on_rank, rank, ranks, store, function, args)
            for rank, one in enumerate(self._ranks[:ranks])
        ]
        return [one.exception(180) or one.result() for one in running]

    def close(self) -> None:
        for one in self._ranks:
            one.shutdown()


def _on_rank(
    rank: int, size: int, store: str, function: Callable[..., Any], args: tuple[Any, ...]
) -> Any:
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    dist.init_process_group(
        "gloo",
        store=dist.FileStore(store, size),
        rank=rank,
        world_size=size,
        timeout=timedelta(seconds=90),
    )
    try:
        return function(*args)
    finally:
        dist.destroy_process_group()
