"""What a checkpoint keeps of a run, and how all ranks go on from the same one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from isotherm.factors import Rates
from isotherm.ranks import Ranks


@dataclass(frozen=True)
class Checkpoint:
    """A run between two steps.

    Attributes:
        run: its name
        incarnation: in which it was
        step: steps trained
        epoch: epochs completed
        rates: the factors in force, and what a ramp lacks
    """

    run: str
    incarnation: int
    step: int
    epoch: int
    rates: Rates

    def to_state(self) -> dict[str, Any]:
        """What is written, as JSON has it."""
        return {
            "run": self.run,
            "incarnation": self.incarnation,
            "step": self.step,
            "epoch": self.epoch,
            "rates": self.rates.to_state(),
        }

    @staticmethod
    def from_state(state: Mapping[str, Any], run: str) -> Checkpoint:
        """Reads what :meth:`to_state` gave.

        Raises:
            ValueError: with one line, if it is another run's or none
        """
        if state.get("run") != run:
            raise ValueError(f"run '{run}' cannot go on from a state of run '{state.get('run')}'")
        try:
            rates = Rates.from_state(state["rates"])
            incarnation, step, epoch = (int(state[k]) for k in ("incarnation", "step", "epoch"))
        except (KeyError, TypeError) as e:
            raise ValueError(f"not the state of a run: {type(e).__name__}: {e}") from e
        return Checkpoint(run, incarnation, step, epoch, rates)


def read_by_all(ranks: Ranks, read: Callable[[], Checkpoint]) -> Checkpoint:
    """The checkpoint that every rank reads; one of the moments that all ranks must come to.

    Raises:
        ValueError: on all ranks, if ``read`` raises it on one, or if they have different ones
    """
    first, *others = ranks.together(read)
    for rank, other in enumerate(others, 1):
        if other != first:
            alike = replace(other, rates=first.rates) == first
            raise ValueError(
                "all ranks must load the same state, but that of rank 0 is of step "
                f"{first.step} and incarnation {first.incarnation}, and that of rank {rank} of "
                f"step {other.step} and incarnation {other.incarnation}"
                + (", with other factors" if alike else "")
            )
    return first
