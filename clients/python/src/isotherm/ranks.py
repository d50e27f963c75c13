"""The processes that train one model together."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import torch.distributed as dist

T = TypeVar("T")

#: How long a rank that comes first waits for the others where all must come.
_PATIENCE = timedelta(minutes=10)


class Ranks:
    """The place of this process among those that train one model; alone, if there is no other.

    Several ranks have a group of their own, on gloo and the CPU, so that what is exchanged here
    neither waits for a device nor comes between the collectives of training. Making it is one of
    the moments that all ranks must come to, as is :meth:`together`.

    Raises:
        ValueError: with one line, if the others do not come, or if they cannot be found
    """

    def __init__(self) -> None:
        self.rank, self.size = 0, 1
        self.group: Any = None
        if not (dist.is_available() and dist.is_initialized()):
            _require_alone()
            return
        self.rank, self.size = dist.get_rank(), dist.get_world_size()
        if self.size > 1:
            try:
                self.group = dist.new_group(backend="gloo", timeout=_PATIENCE)
            except RuntimeError as e:
                raise ValueError(self._absent(e)) from e

    @property
    def leads(self) -> bool:
        """Whether this is the rank that speaks for all: describes the run, receives decisions."""
        return self.rank == 0

    def together(self, give: Callable[[], T]) -> list[T]:
        """What all ranks give, by rank; where one cannot, none goes on.

        Raises:
            ValueError: on all ranks, if ``give`` raises one on any of them
        """
        if self.group is None:
            return [give()]
        error = None
        try:
            ours: tuple[T | None, str | None] = (give(), None)
        except ValueError as e:
            error, ours = e, (None, str(e))
        all_of_them: list[Any] = [None] * self.size
        try:
            dist.all_gather_object(all_of_them, ours, group=self.group)
        except RuntimeError as e:
            raise error or ValueError(self._absent(e)) from e
        if error is not None:
            raise error
        for rank, (_, line) in enumerate(all_of_them):
            if line is not None:
                raise ValueError(f"rank {rank} refuses: {line}")
        return [given for given, _ in all_of_them]

    def agree(self, facts: Mapping[str, Any]) -> None:
        """Holds that facts by name, as JSON has them, are the same on all ranks.

        Raises:
            ValueError: on all ranks, with the first that differs
        """
        text = json.dumps(facts, sort_keys=True)
        digests = self.together(lambda: hashlib.sha256(text.encode()).hexdigest())
        if len(set(digests)) == 1:
            return
        first, *others = (json.loads(one) for one in self.together(lambda: text))
        for rank, other in enumerate(others, 1):
            for name in [*first, *other]:
                if first.get(name) != other.get(name):
                    raise ValueError(
                        "all ranks must train the same model with the same arguments, but "
                        f"{name} is {first.get(name, 'missing')} on rank 0 and "
                        f"{other.get(name, 'missing')} on rank {rank}"
                    )

    def _absent(self, error: RuntimeError) -> str:
        return (
            f"not all of the {self.size} ranks came within {_PATIENCE.seconds} s; "
            "balance(), watch() and load_state_dict() must be called on all of them "
            f"({' '.join(str(error).split())[:200]})"
        )


def _require_alone() -> None:
    """A process that was started as one of many must know the others."""
    size = os.environ.get("WORLD_SIZE", "1")
    if "RANK" in os.environ and size.isdigit() and int(size) > 1:
        raise ValueError(
            f"this process was started as rank {os.environ['RANK']} of {size}, but torch does not "
            "know the others; call torch.distributed.init_process_group() first"
        )
