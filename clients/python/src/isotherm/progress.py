"""What a training loop tells of itself, on its way into progress messages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch

from isotherm.kafka import LOG

_NAME = re.compile(r"[A-Za-z0-9._/-]{1,64}")
_MAX_METRICS = 32

_INFINITE = float("inf")

#: Numbers that the contract takes; others are left out.
_VALID: dict[str, Callable[[float], bool]] = {
    "loss": lambda x: abs(x) < _INFINITE,
    "accuracy": lambda x: 0 <= x <= 1,
    "baseLearningRate": lambda x: 0 <= x < _INFINITE,
}


class Metrics:
    """The newest value of each metric that was not told yet, and what steps have processed.

    Values may be tensors on any device, which are not waited for. For the training thread.
    """

    def __init__(self, run: str) -> None:
        self._run_name = run
        self._accuracy: Any = None
        self._values: dict[str, Any] = {}
        self._processed: dict[str, float] = {}
        self._since: float | None = None
        self._known: set[str] = set()
        self._refused: set[str] = set()

    def note(
        self,
        accuracy: Any = None,
        metrics: Mapping[str, Any] | None = None,
        processed: Mapping[str, float] | None = None,
    ) -> None:
        """Remembers what a step or an epoch told; see :meth:`isotherm.Run.step`."""
        if accuracy is not None:
            self._accuracy = accuracy
        for name, value in (metrics or {}).items():
            if self._is_taken(name):
                self._values[name] = value
        for unit, count in (processed or {}).items():
            if self._is_taken(f"{unit}PerSecond"):
                self._processed[unit] = self._processed.get(unit, 0) + count

    def take(self) -> dict[str, Any]:
        """The fields of a progress message for what was noted since the one before."""
        told: dict[str, Any] = {"accuracy": pending_number(self._accuracy)}
        values = {name: pending_number(value) for name, value in self._values.items()}
        now = time.perf_counter()
        if self._processed:
            if self._since is not None:  # what came before the first message has no known time
                for unit, count in self._processed.items():
                    values[f"{unit}PerSecond"] = pending_number(count / (now - self._since))
            self._since = now
        if values:
            told["metrics"] = values
        self._accuracy, self._values, self._processed = None, {}, {}
        return told

    def _is_taken(self, name: str) -> bool:
        if name in self._known:
            return True
        if isinstance(name, str) and _NAME.fullmatch(name) and len(self._known) < _MAX_METRICS:
            self._known.add(name)
            return True
        if name not in self._refused:
            self._refused.add(name)
            LOG.warning(
                'metric left out run=%s reason="its name must be 1 to 64 letters, digits, dots, '
                'underscores, slashes and hyphens, one of the first %d names of the run, got: %r"',
                self._run_name,
                _MAX_METRICS,
                name,
            )
        return False


def resolved(progress: Mapping[str, Any]) -> dict[str, Any]:
    """Progress with numbers in the place of what gives them, without those that are refused.

    Waits for a device where it must; for a thread that does not train.
    """
    known = {name: value() if callable(value) else value for name, value in progress.items()}
    valid = {
        name: value
        for name, value in known.items()
        if value is not None and (name not in _VALID or _VALID[name](value))
    }
    if "metrics" in valid:
        values = {name: value() for name, value in valid["metrics"].items()}
        valid["metrics"] = {name: x for name, x in values.items() if abs(x) < _INFINITE}
    return {"baseLearningRate": 0.0, **valid}


def pending_number(value: object) -> Callable[[], float | None]:
    """A number that may still be on its way from a device.

    Args:
        value: a number, a tensor with one element on any device, or None

    Returns:
        what gives the number, and waits for it; for a thread that does not train
    """
    if not isinstance(value, torch.Tensor):
        number = None if value is None else float(value)  # type: ignore[arg-type]
        return lambda: number
    source = value.detach().reshape(())
    if not source.is_cuda:
        known = float(source)
        return lambda: known
    host = torch.empty((), dtype=source.dtype, pin_memory=True)
    host.copy_(source, non_blocking=True)
    event = torch.cuda.Event()
    event.record(torch.cuda.current_stream(source.device))

    def arrived() -> float:
        event.synchronize()
        return float(host)

    return arrived
