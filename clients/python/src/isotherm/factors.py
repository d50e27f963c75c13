"""Factors in force, and on their way to others. No torch, no Kafka."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FactorBounds:
    """The factors that are believed; a decision with others is refused.

    Both bounds are inclusive and without unit.
    """

    smallest: float = 0.01
    largest: float = 100.0

    def __post_init__(self) -> None:
        if not 0 < self.smallest <= self.largest < math.inf:
            raise ValueError(
                "bounds of factors must be positive, finite and in order, "
                f"got: {self.smallest} to {self.largest}"
            )

    def contain(self, factor: float) -> bool:
        """Whether a factor is believed. False for NaN and infinities, too."""
        return math.isfinite(factor) and self.smallest <= factor <= self.largest

    def __str__(self) -> str:
        return f"from {self.smallest} to {self.largest}"


@dataclass(frozen=True)
class Ramp:
    """Factors on their way: at the k-th of N steps a layer has ``start + (end - start) * k / N``.

    A layer that is not named has 1 at both ends. ``done`` counts the steps of the way that have
    been trained, the one at hand included; a way that has ended has ``steps`` 0.
    """

    start: Mapping[str, float] = field(default_factory=dict)
    end: Mapping[str, float] = field(default_factory=dict)
    steps: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.done <= self.steps:
            raise ValueError(
                f"done of a ramp of {self.steps} steps must be from 0 to that, got: {self.done}"
            )

    @property
    def settled(self) -> bool:
        """Whether the factors stay as they are."""
        return self.done == self.steps

    def factor(self, layer: str) -> float:
        """The layer's factor now."""
        end = self.end.get(layer, 1.0)
        if self.settled:
            return end
        start = self.start.get(layer, 1.0)
        return start + (end - start) * (self.done / self.steps)

    def now(self) -> dict[str, float]:
        """All factors now."""
        if self.settled:
            return dict(self.end)
        return {layer: self.factor(layer) for layer in {**self.start, **self.end}}

    def next(self) -> Ramp:
        """The same one step on."""
        if self.settled:
            return self
        if self.done + 1 == self.steps:
            return Ramp(end=self.end)
        return Ramp(self.start, self.end, self.steps, self.done + 1)

    def towards(self, others: Mapping[str, float], steps: int) -> Ramp:
        """From the factors of now to ``others``, not a step of it done.

        Goes on as it is if these are where it leads anyway. Up to 1 step changes them at once.
        """
        if all(
            self.end.get(layer, 1.0) == others.get(layer, 1.0) for layer in {**self.end, **others}
        ):
            return self
        return Ramp(end=others) if steps <= 1 else Ramp(self.now(), others, steps, 0)


@dataclass(frozen=True)
class Target:
    """What an accepted decision wants: factors by layer, and the steps of the way to them."""

    decision_id: str = "none"
    revision: int = 0
    based_on_step: int = 0
    factors: Mapping[str, float] = field(default_factory=dict)
    ramp_steps: int = 0
    decay_factors: Mapping[str, float] = field(default_factory=dict)
    decay_ramp_steps: int = 0


@dataclass(frozen=True)
class Rates:
    """The factors in force at one step, and the decision that they come from."""

    decision_id: str = "none"
    revision: int = 0
    based_on_step: int = 0
    learning_rate: Ramp = field(default_factory=Ramp)
    weight_decay: Ramp = field(default_factory=Ramp)

    def towards(self, target: Target) -> Rates:
        """On the way from here to the factors of a decision, not a step of it done."""
        return Rates(
            target.decision_id,
            target.revision,
            target.based_on_step,
            self.learning_rate.towards(target.factors, target.ramp_steps),
            self.weight_decay.towards(target.decay_factors, target.decay_ramp_steps),
        )

    def next(self) -> Rates:
        """One step on; the same object if the factors stay."""
        if self.learning_rate.settled and self.weight_decay.settled:
            return self
        return Rates(
            self.decision_id,
            self.revision,
            self.based_on_step,
            self.learning_rate.next(),
            self.weight_decay.next(),
        )

    def believed(self, bounds: FactorBounds) -> bool:
        """Whether every factor lies within the bounds, those at the ends of ramps included."""
        return all(
            bounds.contain(factor)
            for ramp in (self.learning_rate, self.weight_decay)
            for end in (ramp.start, ramp.end)
            for factor in end.values()
        )

    def to_state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in the form of the Java client's ``RunCheckpoint``."""
        state: dict[str, Any] = {
            "decisionId": self.decision_id,
            "revision": self.revision,
            "basedOnStep": self.based_on_step,
            "factors": self.learning_rate.now(),
        }
        if self.weight_decay.end or not self.weight_decay.settled:
            state["weightDecayFactors"] = self.weight_decay.now()
        if not self.learning_rate.settled:
            state["ramp"] = _ramp_state(self.learning_rate)
        if not self.weight_decay.settled:
            state["weightDecayRamp"] = _ramp_state(self.weight_decay)
        return state

    @staticmethod
    def from_state(state: Mapping[str, Any]) -> Rates:
        """Reads what :meth:`to_state` gave; raises ``ValueError`` with one line if it is none."""
        try:
            return Rates(
                str(state["decisionId"]),
                int(state["revision"]),
                int(state["basedOnStep"]),
                _ramp(state.get("ramp"), state["factors"]),
                _ramp(state.get("weightDecayRamp"), state.get("weightDecayFactors", {})),
            )
        except (KeyError, TypeError, AttributeError) as e:
            raise ValueError(f"not the rates of a run: {type(e).__name__}: {e}") from e


def _ramp_state(ramp: Ramp) -> dict[str, Any]:
    return {
        "from": dict(ramp.start),
        "to": dict(ramp.end),
        "steps": ramp.steps,
        "done": ramp.done,
    }


def _ramp(state: Mapping[str, Any] | None, factors: Mapping[str, float]) -> Ramp:
    if state is None:
        return Ramp(end=dict(factors))
    return Ramp(dict(state["from"]), dict(state["to"]), int(state["steps"]), int(state["done"]))
