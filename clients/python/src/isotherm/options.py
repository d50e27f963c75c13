"""The options that the callbacks hand on to :func:`isotherm.balance`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict


class Options(TypedDict, total=False):
    """What :func:`isotherm.balance` takes beyond what a trainer knows by itself."""

    every: int | Literal["epoch"] | None
    policy: str | Mapping[str, Any]
    estimator: str | Mapping[str, Any]
    shadows: Mapping[str, str | Mapping[str, Any]] | None
    title: str
    include: Sequence[str]
    exclude: Sequence[str]
    layouts: Mapping[str, str] | None
    bounds: tuple[float, float]
    servers: str | None
    kafka: Mapping[str, Any] | None
    buffers: int


def require_known(options: Mapping[str, Any]) -> None:
    """Raises ``TypeError`` with one line if an option is none of them."""
    unknown = sorted(options.keys() - Options.__annotations__.keys())
    if unknown:
        raise TypeError(
            f"Balance has no option '{unknown[0]}'; it has {', '.join(Options.__annotations__)}"
        )
