"""What the services tell a trainer that they cannot use, said once in its log."""

from __future__ import annotations

import json
from collections.abc import Mapping

from isotherm.kafka import LOG
from isotherm.messages import REFUSAL_TYPE

#: Different sentences that one process warns of at most.
_MOST = 100


class Refusals:
    """Warns of what is refused, each sentence once; for one incarnation of a run.

    Args:
        run: its name
        incarnation: of this process's part of it
    """

    def __init__(self, run: str, incarnation: int) -> None:
        self._run_name = run
        self._incarnation = incarnation
        self._said: set[tuple[object, ...]] = set()

    def hear(self, headers: Mapping[str, str], value: bytes | None, came_before: bool) -> None:
        """Takes a record of the run's key.

        Args:
            headers: of the record
            value: of the record
            came_before: whether it was there when this process began to read; it is then believed
                only if it names this incarnation
        """
        refusal = _refusal(headers, value)
        incarnation = refusal.get("incarnation")
        if incarnation is None and came_before:
            return
        if incarnation not in (None, self._incarnation):
            return
        about, layer, reason = (refusal.get(name) for name in ("about", "layer", "reason"))
        said = (about, layer, reason)
        if reason is None or said in self._said or len(self._said) >= _MOST:
            return
        self._said.add(said)
        LOG.warning(
            'refused by Isotherm, training goes on run=%s reason="%s%s (says the %s service)"',
            self._run_name,
            f"layer {layer}: " if layer is not None else "",
            " ".join(str(reason).split()),
            refusal.get("by", "unknown"),
        )


def _refusal(headers: Mapping[str, str], value: bytes | None) -> Mapping[str, object]:
    """The fields of a refusal; none of what is none."""
    if headers.get("ce_type") != REFUSAL_TYPE or value is None:
        return {}
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
