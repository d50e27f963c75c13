"""Judges decisions. Fails closed: what is not wholly in order changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from isotherm.factors import FactorBounds, Rates, Target
from isotherm.messages import DECISION_TYPE


@dataclass(frozen=True)
class Accepted:
    """In order, and newer than the one before."""

    target: Target


@dataclass(frozen=True)
class Fenced:
    """Of another incarnation, or older than what is in force."""

    reason: str
    superseded: bool


@dataclass(frozen=True)
class Rejected:
    """Not in order."""

    reason: str


Verdict = Accepted | Fenced | Rejected


class DecisionGate:
    """For one incarnation of a run, on the receiver's thread.

    Args:
        run: name of the run
        incarnation: of this process's part of it
        layers: all that have a factor, norm layers included
        bounds: the factors that are believed
        first: what the incarnation starts with
        newest_step: the newest step that the run has reached
    """

    def __init__(
        self,
        run: str,
        incarnation: int,
        layers: Iterable[str],
        bounds: FactorBounds,
        first: Rates,
        newest_step: Callable[[], int],
    ) -> None:
        self._run = run
        self._incarnation = incarnation
        self._layers = frozenset(layers)
        self._bounds = bounds
        self._newest_step = newest_step
        self._revision = 0
        self._factors: Mapping[str, float] = first.learning_rate.end
        self._decays: Mapping[str, float] = first.weight_decay.end

    def judge(self, headers: Mapping[str, str], value: bytes | None) -> Verdict:
        """Judges a record of the run's key, and remembers it if it is accepted."""
        try:
            return self._judge(_decision(headers, value))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
            reason = f"{e.args[0]!r} is missing" if isinstance(e, KeyError) else str(e)
            return Rejected(f"not a decision: {reason}")

    def _judge(self, d: Mapping[str, Any]) -> Verdict:
        ident = str(d["id"])
        incarnation, revision = _whole(d, "incarnation"), _whole(d, "revision")
        step = _whole(d, "step")
        if d["run"] != self._run:
            return Rejected(f"decision {ident} is for run '{d['run']}'")
        if incarnation != self._incarnation:
            return Fenced(
                f"decision {ident} is for incarnation {incarnation}",
                superseded=incarnation > self._incarnation,
            )
        if d.get("shadow") is not None:
            return Rejected(f"decision {ident} is of a shadow, which is never applied")
        if revision <= self._revision:
            return Fenced(
                f"decision {ident} has revision {revision}, but {self._revision} is in force",
                superseded=False,
            )
        if step > self._newest_step():
            return Rejected(
                f"decision {ident} is based on step {step}, which the run has not reached"
            )
        return self._judge_factors(d, ident, revision, step)

    def _judge_factors(self, d: Mapping[str, Any], ident: str, revision: int, step: int) -> Verdict:
        rates: list[Mapping[str, Any]] = d["layers"]
        # A resumed run has factors that the scheduler does not know: what is held stays as it is.
        follows_ours = revision == self._revision + 1
        factors = _wanted(rates, lambda rate: rate, self._factors, follows_ours)
        decays = _wanted(rates, lambda rate: rate.get("weightDecay"), self._decays, follows_ours)
        unknown = sorted(factors.keys() - self._layers)
        missing = sorted(self._layers - factors.keys())
        if unknown or missing:
            return Rejected(
                f"decision {ident} must have a factor for exactly the layers of the run; "
                + (f"it does not have layer '{unknown[0]}'" if unknown else "")
                + (f"layer '{missing[0]}' is missing" if missing and not unknown else "")
            )
        for what, some in (("factor", factors), ("weight decay factor", decays)):
            for layer, factor in some.items():
                if not self._bounds.contain(factor):
                    return Rejected(
                        f"{what} of layer '{layer}' in decision {ident} must be "
                        f"{self._bounds}, got: {factor}"
                    )
        target = Target(
            ident,
            revision,
            step,
            factors,
            _whole(d, "rampSteps", 0),
            decays,
            _whole(d, "weightDecayRampSteps", 0),
        )
        self._revision, self._factors, self._decays = revision, factors, decays
        return Accepted(target)


def _wanted(
    rates: list[Mapping[str, Any]],
    part: Callable[[Mapping[str, Any]], Mapping[str, Any] | None],
    before: Mapping[str, float],
    follows_ours: bool,
) -> dict[str, float]:
    """The factors that a decision wants, those of held layers being the ones in force."""
    held: set[str] = set()
    wanted: dict[str, float] = {}
    for rate in rates:
        layer = rate["layer"]
        stated = part(rate)
        if follows_ours and (
            (stated is not None and stated["role"] == "held") or rate.get("follows") in held
        ):
            held.add(layer)
        if stated is not None:
            wanted[layer] = before.get(layer, 1.0) if layer in held else _number(stated["factor"])
    return wanted


def _decision(headers: Mapping[str, str], value: bytes | None) -> Mapping[str, Any]:
    kind = headers.get("ce_type")
    if kind != DECISION_TYPE:
        raise ValueError(f"header ce_type must be {DECISION_TYPE}, got: {kind}")
    if value is None:
        raise ValueError("the value is missing")
    read = json.loads(
        value.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_refuse
    )
    if not isinstance(read, dict):
        raise ValueError("the value is not a JSON object")
    return read


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is there twice")
    return fields


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number of JSON")


def _whole(d: Mapping[str, Any], name: str, default: int | None = None) -> int:
    value = d[name] if default is None else d.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} must be a whole number from 0, got: {value!r}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"factor must be a number, got: {value!r}")
    return float(value)
