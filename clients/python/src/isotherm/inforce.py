"""The factors in force: decided ones on their way into the optimizers, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from isotherm.factors import FactorBounds, Rates, Target
from isotherm.kafka import LOG
from isotherm.messages import MAX_APPLIED
from isotherm.rates import Group, LayerRates

#: Groups of optimizers whose rates are told where they differ.
_MAX_GROUPS = 8


class FactorsInForce:
    """The factors of a run, and the optimizers on which they act. For the training thread.

    Args:
        optimizers: those of a balanced run, none for one that is only watched
        groups: gives the groups of all of them as their user sees them
        owner: the layer of each parameter that has one
        bounds: the factors that are believed
        before_update: called at the start of every step of an optimizer, before anything moves
    """

    def __init__(
        self,
        optimizers: Sequence[torch.optim.Optimizer],
        groups: Callable[[], Iterable[Group]],
        owner: Mapping[nn.Parameter, str],
        bounds: FactorBounds,
        before_update: Callable[[], None],
    ) -> None:
        self._optimizers = [LayerRates(o, owner, before_update) for o in optimizers]
        self._groups = groups
        self._owner = owner
        self._bounds = bounds
        self._revision = 0
        self._applied: list[dict[str, Any]] = []
        self.rates = Rates()
        self.decisions_applied = 0

    @property
    def act(self) -> bool:
        """Whether there is an optimizer on which factors act."""
        return bool(self._optimizers)

    @property
    def captured(self) -> bool:
        """Whether a step of an optimizer is in a CUDA graph, which runs without hooks."""
        return any(rates.captured for rates in self._optimizers)

    @property
    def nanos(self) -> int:
        """Nanoseconds that the training thread has spent in the optimizers' hooks."""
        return sum(rates.nanos for rates in self._optimizers)

    def base(self) -> Any:
        """The user's rate of the first group, a number or a tensor on any device."""
        return self._optimizers[0].bases()[0] if self._optimizers else 0.0

    def differing_bases(self) -> dict[str, Any]:
        """The rates of the first groups by the names of metrics, if they are not all the same."""
        bases = [base for rates in self._optimizers for base in rates.bases()]
        if all(base is bases[0] or _is_number(base, bases[0]) for base in bases):
            return {}
        return {f"learningRate/group{i}": base for i, base in enumerate(bases[:_MAX_GROUPS])}

    def adopt(self, owner: Mapping[nn.Parameter, str]) -> None:
        """Other layers for the parameters, as when a forward pass has shown what follows what."""
        self._owner = owner
        for rates in self._optimizers:
            rates.adopt(owner)

    def advance(self, newest: Target | None, step: int) -> None:
        """Puts the newest decision in force for the next step, or goes on along a ramp.

        Args:
            newest: what the newest accepted decision wants
            step: the steps trained
        """
        before = self.rates
        if newest is not None and self._revision < newest.revision:
            self._revision = newest.revision
            self.rates = self.rates.towards(newest)
            self.decisions_applied += 1
            self._applied = [
                *self._applied[-MAX_APPLIED + 1 :],
                {
                    "id": newest.decision_id,
                    "revision": newest.revision,
                    "basedOnStep": newest.based_on_step,
                    "appliedAtStep": step,
                },
            ]
        self.rates = self.rates.next()
        for rates in self._optimizers:
            rates.restore()
        if self.rates is not before:
            self._put_in_force()

    def take_applied(self) -> list[dict[str, Any]]:
        """The decisions put in force since this was called before, as progress names them."""
        applied, self._applied = self._applied, []
        return applied

    def effective(self) -> dict[str, float]:
        """The rate of each layer at its next step: the user's, maybe a tensor, times its factor."""
        for rates in self._optimizers:
            rates.restore()
        factor = self.rates.learning_rate.factor
        return {
            self._owner[p]: float(group["lr"]) * factor(self._owner[p])
            for group in self._groups()
            for p in group["params"]
            if p in self._owner
        }

    def start_with(self, rates: Rates, run: str) -> None:
        """Goes on with the factors of a checkpoint, or with 1 where they are not believed."""
        if not rates.believed(self._bounds):
            LOG.warning(
                'factors of the checkpoint left aside run=%s reason="factors must be %s"',
                run,
                self._bounds,
            )
            rates = Rates()
        self.rates = rates
        self._put_in_force()

    def remove(self) -> None:
        """Leaves the optimizers as they were found."""
        for rates in self._optimizers:
            rates.remove()

    def _put_in_force(self) -> None:
        factors, decays = self.rates.learning_rate.now(), self.rates.weight_decay.now()
        for rates in self._optimizers:
            rates.restore()
            rates.set(factors, decays)


def _is_number(base: object, same: object) -> bool:
    """Whether a rate is a certain number; of one on a device nobody asks, which would wait."""
    return isinstance(base, int | float) and isinstance(same, int | float) and base == same
