"""What a run was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from isotherm.factors import FactorBounds

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class RunSettings:
    """What a run was asked for; ``policy``, ``estimator`` and ``shadows`` are written in full.

    Attributes:
        name: of the run
        total_steps: planned length in steps of the optimizer
        every: steps between snapshots, or ``"epoch"``; None for a hundredth of the run
        policy: as :mod:`isotherm.methods` gives it, as are ``estimator`` and ``shadows``
        title: one line for the reader
        include: globs of layers to measure, all if empty
        exclude: globs of layers to leave alone
        layouts: what the dimensions of parameters are, by glob of names
        bounds: of the factors that are believed
        buffers: snapshots of all layers that are held in memory at most

    Raises:
        ValueError: with one line that names the value
    """

    name: str
    total_steps: int
    every: int | Literal["epoch"] | None
    policy: Mapping[str, Any]
    estimator: Mapping[str, Any]
    shadows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    title: str = ""
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    layouts: Mapping[str, str] = field(default_factory=dict)
    bounds: FactorBounds = field(default_factory=FactorBounds)
    buffers: int = 2

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or _RUN.fullmatch(self.name) is None:
            raise ValueError(
                "run must be 1 to 100 letters, digits, dots, underscores and hyphens, beginning "
                f"with a letter or digit, got: {self.name!r}"
            )
        if not isinstance(self.total_steps, int) or self.total_steps < 1:
            raise ValueError(
                f"total_steps of run '{self.name}' must be a whole number, 1 or more, "
                f"got: {self.total_steps!r}"
            )
        if self.every not in (None, "epoch") and (
            not isinstance(self.every, int) or self.every < 1
        ):
            raise ValueError(f"every must be a number of steps or 'epoch', got: {self.every!r}")

    @property
    def interval(self) -> int | Literal["epoch"]:
        """Steps between snapshots, or ``"epoch"``."""
        return self.every if self.every is not None else max(1, self.total_steps // 100)
