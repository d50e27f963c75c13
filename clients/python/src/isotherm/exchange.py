"""How all ranks come to the same factors at the same step, without waiting for each other.

At the end of some steps every rank starts a sum over all ranks, and takes it at the end of the next
step: by then the others have long started theirs, since training itself keeps ranks together. The
sum says whether the first rank has a decision; if so, all start to receive it, and a step later all
have it. So a decision acts on all ranks at once, two steps after the sum that tells of it.

All ranks count steps, so they start a sum at the same ones: at the :class:`Pace` that they agree
on, at once behind a snapshot, since the next one needs room, and with the sending of a decision.

A rank whose sum fails keeps the factors that it has. A decision is taken only with the sum that was
started with its sending, so no rank takes it that another one has given up before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from isotherm.factors import Target
from isotherm.kafka import LOG
from isotherm.pace import Pace
from isotherm.ranks import Ranks

#: How long a rank waits for ranks that do not call step(), before it goes on without them.
_PATIENCE = timedelta(seconds=60)

#: The same while a decision is on its way, when going on alone would be going on with other rates.
_PATIENCE_WITH_DECISION = timedelta(minutes=10)

#: How long the end of training waits for the last numbers of the others.
_FAREWELL = timedelta(seconds=2)

#: Sums that nobody waits for any more. Their tensors, freed by gloo's own threads, need Python's
#: lock, which torch 2.4 holds while it waits for those threads as it takes the group down.
_ABANDONED: list[tuple[torch.Tensor, dist.Work | None]] = []

Counters = Callable[[], Mapping[str, int]]


class Alone:
    """What :class:`Exchange` is for several ranks, for a process that trains by itself."""

    alike = True
    goes_on = True
    has_room = True

    def take(self, newest: Target | None) -> Target | None:
        """The newest decision, which acts from the next step on."""
        return newest

    def give(self, newest: Target | None, counters: Counters, *, room: bool, due: bool) -> None:
        """There is nobody to be told."""

    def copied(self) -> None:
        """There is nobody to be asked for room."""

    def leave(self, counters: Mapping[str, int]) -> None:
        """There is nobody to be left."""

    def of_all(self, counters: Mapping[str, int]) -> dict[str, int]:
        """The counters of this process."""
        return dict(counters)


class Exchange:
    """What ranks tell each other as they train. For the training thread.

    At the end of each step :meth:`take`, then what is done with it, then :meth:`give`.

    Args:
        ranks: more than one
        run: for what is said when others do not answer
        alike: a text that should be the same on all ranks
        counters: names of the numbers that are added up over all ranks
        sets: how many snapshots every rank has room for at first
        patience: how long ranks that do not call step() are waited for, once
    """

    def __init__(
        self,
        ranks: Ranks,
        run: str,
        alike: str,
        counters: Sequence[str],
        sets: int,
        patience: timedelta = _PATIENCE,
    ) -> None:
        self._ranks = ranks
        self._run_name = run
        self._hash = hash_of(alike)
        self._names = list(counters)
        self._patience = patience
        self._pace = Pace()
        self._sums = torch.empty(0, dtype=torch.int64)
        self._summing: dist.Work | None = None
        self._offer = b""
        self._payload = bytearray()
        self._sending: dist.Work | None = None
        self._offered = 0
        self._leaves = False
        # Snapshots so far, those at the newest sum, and how many there is room for on all ranks.
        self._copies, self._copies_at_sum, self._most_copies = 0, 0, sets
        self._totals = dict.fromkeys(counters, 0)
        #: Whether all ranks had the same text; None until the first sum is there.
        self.alike: bool | None = None
        #: Whether ranks still tell each other anything.
        self.goes_on = True

    @property
    def has_room(self) -> bool:
        """Whether every rank is known to have room for a snapshot behind the newest one."""
        return self._copies < self._most_copies or not self.goes_on

    def of_all(self, counters: Mapping[str, int]) -> dict[str, int]:
        """The counters of all ranks as the newest sum has them; times are means."""
        return {
            name: total // self._ranks.size if name.endswith("Nanos") else total
            for name, total in self._totals.items()
        }

    def take(self, newest: Target | None) -> Target | None:
        """A step is complete: the decision that all ranks put in force now, or None.

        Args:
            newest: that this rank knows, which acts once all have it
        """
        self._pace.step()
        if not self.goes_on or self._summing is None:
            return None
        try:
            return self._take(self._patience if self._sending is None else _PATIENCE_WITH_DECISION)
        except Exception as e:  # noqa: BLE001 - training goes on, and says itself what it lacks
            self._stop(e)
            return None

    def give(self, newest: Target | None, counters: Counters, *, room: bool, due: bool) -> None:
        """Starts the next sum, if it is time.

        Args:
            newest: the newest decision, on the rank that receives them
            counters: gives those of this rank
            room: whether a snapshot of it would find room
            due: whether it is time by what all ranks know who count steps
        """
        if self.goes_on and (due or self._pace.is_due or self._sending is not None):
            self._give(newest, counters(), room)

    def copied(self) -> None:
        """All ranks have taken a snapshot."""
        self._copies += 1

    def leave(self, counters: Mapping[str, int]) -> None:
        """Training has ended here as it should: the others go on with what they have."""
        self._leaves = True
        self.take(None)
        self._give(None, counters, room=True)
        if self.goes_on and self._summing is not None:
            try:
                self._take(_FAREWELL)
            except Exception as e:  # noqa: BLE001 - the others may train on, or be gone
                LOG.debug('no last numbers of the other ranks reason="%s"', _line(e))
                self._abandon()
        self.goes_on = False

    def _give(self, newest: Target | None, counters: Mapping[str, int], room: bool) -> None:
        if not self.goes_on:
            return
        if newest is not None and newest.revision > self._offered and self._sending is None:
            self._offered = newest.revision
            self._offer = json.dumps(asdict(newest)).encode()
        head = [len(self._offer), self._leaves, not room, self._pace.lap()]
        numbers = [counters[name] for name in self._names]
        self._sums = torch.tensor(
            [*head, self._hash, self._hash**2, *numbers],
            dtype=torch.int64,
        )
        self._copies_at_sum = self._copies
        try:
            self._summing = dist.all_reduce(self._sums, group=self._ranks.group, async_op=True)
        except Exception as e:  # noqa: BLE001 - training goes on
            self._stop(e)

    def _take(self, patience: timedelta) -> Target | None:
        assert self._summing is not None
        self._summing.wait(patience)
        self._summing = None
        size, leaving, without_room, micros, hashes, squares, *numbers = self._sums.tolist()
        arrived = self._arrived()
        self._totals = dict(zip(self._names, numbers, strict=True))
        self._most_copies = self._copies_at_sum + 1 if without_room == 0 else 0
        self._pace.follow(micros / self._ranks.size)
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
        if not self._leaves:
            LOG.warning(
                "ranks do not answer, training goes on and its factors stay as they are run=%s "
                'reason="%s; step() must be called on all ranks"',
                self._run_name,
                _line(error),
            )
            self._leaves = True
            self._abandon()
            self._give(None, self._totals, room=True)  # so that those that come late need not wait
        self.goes_on = False
        self._abandon()

    def _abandon(self) -> None:
        """Nobody will wait for the sum that is on its way."""
        _ABANDONED.append((self._sums, self._summing))


def hash_of(text: str) -> int:
    """A hash of 20 bits, so that the sum of its squares over all ranks fits 64."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 12


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
