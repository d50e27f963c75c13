"""How all ranks come to the same factors at the same step, without waiting for each other.

At the end of each step every rank starts a sum over all ranks, and takes it at the end of the next
step: by then the others have long started theirs, since training itself keeps ranks together. The
sum says whether the first rank has a decision; if so, all start to receive it, and a step later all
have it. So a decision acts two steps later than it would in one process, and on all ranks at once.

A rank whose sum fails keeps the factors that it has. A decision is taken only with the sum that was
started behind its sending, so no rank takes it that another one has given up before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from isotherm.factors import Target
from isotherm.kafka import LOG
from isotherm.ranks import Ranks

#: How long a rank waits for ranks that do not call step(), before it goes on without them.
_PATIENCE = timedelta(seconds=60)

#: The same while a decision is on its way, when going on alone would be going on with other rates.
_PATIENCE_WITH_DECISION = timedelta(minutes=10)

#: How long the end of training waits for the last numbers of the others.
_FAREWELL = timedelta(seconds=2)


class Exchange:
    """What ranks tell each other from step to step. For the training thread.

    Args:
        ranks: more than one
        run: for what is said when others do not answer
        alike: a text that should be the same on all ranks
        counters: names of the numbers that are added up over all ranks
    """

    def __init__(self, ranks: Ranks, run: str, alike: str, counters: Sequence[str]) -> None:
        self._ranks = ranks
        self._run_name = run
        self._hash = hash_of(alike)
        self._names = list(counters)
        self._sums = torch.empty(0, dtype=torch.int64)
        self._summing: dist.Work | None = None
        self._offer = b""
        self._payload = bytearray()
        self._sending: dist.Work | None = None
        self._offered = 0
        self._leaves = False
        #: Over all ranks, one step ago.
        self.totals: dict[str, int] = dict.fromkeys(counters, 0)
        #: Whether all ranks had the same text; None until the first sum is there.
        self.alike: bool | None = None
        #: Whether every rank had room for a snapshot.
        self.room = True
        #: Whether ranks still tell each other anything.
        self.goes_on = True

    def take(self) -> Target | None:
        """What all ranks have come to: a decision that they all put in force now, or None."""
        if not self.goes_on or self._summing is None:
            return None
        patience = _PATIENCE if self._sending is None else _PATIENCE_WITH_DECISION
        try:
            return self._take(patience)
        except Exception as e:  # noqa: BLE001 - training goes on, and says itself what it lacks
            self._stop(e)
            return None

    def give(
        self,
        newest: Target | None,
        counters: Mapping[str, int],
        *,
        room: bool,
    ) -> None:
        """Starts the next sum.

        Args:
            newest: the newest decision, on the rank that receives them
            counters: of this rank
            room: whether a snapshot of it would find room
        """
        if not self.goes_on:
            return
        if newest is not None and newest.revision > self._offered and self._sending is None:
            self._offered = newest.revision
            self._offer = json.dumps(asdict(newest)).encode()
        numbers = [counters[name] for name in self._names]
        self._sums = torch.tensor(
            [len(self._offer), self._leaves, not room, self._hash, self._hash**2, *numbers],
            dtype=torch.int64,
        )
        try:
            self._summing = dist.all_reduce(self._sums, group=self._ranks.group, async_op=True)
        except Exception as e:  # noqa: BLE001 - training goes on
            self._stop(e)

    def leave(self, counters: Mapping[str, int]) -> None:
        """Training has ended here as it should: the others go on with what they have."""
        self._leaves = True
        self.take()
        self.give(None, counters, room=True)
        if self.goes_on and self._summing is not None:
            try:
                self._take(_FAREWELL)
            except Exception as e:  # noqa: BLE001 - the others may train on, or be gone
                LOG.debug('no last numbers of the other ranks reason="%s"', _line(e))
        self.goes_on = False

    def _take(self, patience: timedelta) -> Target | None:
        assert self._summing is not None
        self._summing.wait(patience)
        self._summing = None
        size, leaving, without_room, hashes, squares, *numbers = self._sums.tolist()
        arrived = self._arrived()
        self.totals = dict(zip(self._names, numbers, strict=True))
        self.room = without_room == 0
        # The mean of the squares is the square of the mean if and only if all hashes are the same.
        self.alike = self._ranks.size * squares == hashes**2
        if leaving:
            self._left_by(leaving)
        elif size:
            self._send(size)
        return arrived

    def _send(self, size: int) -> None:
        self._payload = bytearray(self._offer if self._ranks.leads else size)
        self._offer = b""
        received = torch.frombuffer(self._payload, dtype=torch.uint8)
        self._sending = dist.broadcast(received, 0, group=self._ranks.group, async_op=True)

    def _arrived(self) -> Target | None:
        """The decision whose sending was started a step ago; every rank has started it, too."""
        if self._sending is None:
            return None
        self._sending.wait(_PATIENCE_WITH_DECISION)
        self._sending = None
        fields: dict[str, Any] = json.loads(self._payload)
        return Target(**fields)

    def _left_by(self, count: int) -> None:
        self.goes_on = False
        if not self._leaves:
            LOG.warning(
                "ranks have ended before this one, whose factors stay as they are run=%s count=%s",
                self._run_name,
                count,
            )

    def _stop(self, error: Exception) -> None:
        self.goes_on = False
        if not self._leaves:
            LOG.warning(
                "ranks do not answer, training goes on and its factors stay as they are run=%s "
                'reason="%s; step() must be called on all ranks"',
                self._run_name,
                _line(error),
            )


def hash_of(text: str) -> int:
    """A hash of 20 bits, so that the sum of its squares over all ranks fits 64."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 12


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
