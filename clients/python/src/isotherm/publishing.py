"""The process that publishes: reads orders from its standard input, answers on its output.

Both are JSON, one object a line. It loads no torch, and ends when its standard input does.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any, TextIO

from isotherm.kafka import LOG, producer
from isotherm.messages import Shard
from isotherm.publisher import CopiedSnapshot, Publisher

#: Seconds for the last word of a training process that has died.
_LAST_WORD = 5.0


class Answers(logging.Handler):
    """Tells the training process what it wants to know, and what would stand in a log."""

    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out
        self._sending = threading.Lock()

    def tell(self, **answer: Any) -> None:
        """One line; without effect if nobody listens any more."""
        try:
            with self._sending:
                self._out.write(json.dumps(answer) + "\n")
                self._out.flush()
        except OSError:
            pass

    def emit(self, record: logging.LogRecord) -> None:
        """Log lines are for the training process's log."""
        self.tell(log=record.getMessage(), level=record.levelno)


class SharedSnapshots:
    """Snapshots in memory that the training process writes; one is asked for at a time."""

    def __init__(self, buffers: list[dict[str, Any]], answers: Answers) -> None:
        self._documents = []
        for one in buffers:
            whole = memoryview(mmap.mmap(one["file"], 0, prot=mmap.PROT_READ))
            self._documents.append([whole[start : start + n] for start, n in one["documents"]])
        self._answers = answers
        self._arrived: deque[CopiedSnapshot] = deque()
        self._asked = False

    def put(self, number: int, step: int, epoch: int) -> None:
        """A set of buffers holds a snapshot."""
        self._arrived.append(CopiedSnapshot(step, epoch, self._documents[number], number))

    def poll(self) -> CopiedSnapshot | None:
        """The next, which is asked for if none is there."""
        if self._arrived:
            self._asked = False
            return self._arrived.popleft()
        if not self._asked:
            self._asked = True
            self._answers.tell(wanted=True)
        return None

    def release(self, snapshot: CopiedSnapshot) -> None:
        """Its set may be written again."""
        self._answers.tell(released=snapshot.number)


class CountingPublisher(Publisher):
    """Tells how many layer snapshots were published and dropped when that has changed."""

    answers: Answers
    _told = (0, 0)

    def _turn(self) -> None:
        super()._turn()
        self.tell_counts()

    def tell_counts(self) -> None:
        """Both numbers, if one of them is new."""
        now = (self.published, self.dropped)
        if now != self._told:
            self._told = now
            self.answers.tell(published=now[0], dropped=now[1])


def main() -> None:
    """Publishes until it is told to end, or until the training process is gone."""
    # A signal for the whole group is for training, whose end is seen here.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    answers = Answers(os.fdopen(os.dup(sys.stdout.fileno()), "w"))
    LOG.addHandler(answers)
    LOG.propagate = False
    orders = (json.loads(line) for line in sys.stdin)
    start = next(orders, None)
    if start is None:
        return
    snapshots = SharedSnapshots(start["buffers"], answers)
    parts = [
        (part["layer"], Shard(**part["shard"]) if part["shard"] else None)
        for part in start["parts"]
    ]
    publisher = CountingPublisher(
        start["run"], parts, snapshots, producer(start["producer"]), start["servers"]
    )
    publisher.answers = answers
    if start["speaks"]:
        publisher.enter({"name": "running"})
    threading.Thread(
        target=_obey,
        args=(orders, publisher, snapshots, start["speaks"]),
        name="orders",
        daemon=True,
    ).start()
    told = publisher.run()
    publisher.tell_counts()
    answers.tell(closed=told)


def _obey(
    orders: Iterator[dict[str, Any]],
    publisher: Publisher,
    snapshots: SharedSnapshots,
    speaks: bool,
) -> None:
    ended = not speaks
    for order in orders:
        if "progress" in order:
            publisher.tell(order["progress"])
        elif "snapshot" in order:
            snapshots.put(**order["snapshot"])
            publisher.arrived.set()
        elif "phase" in order:
            ended = True
            publisher.enter(order["phase"])
        elif "close" in order:
            publisher.close(order["close"])
            return
    if not ended:
        publisher.enter({"name": "failed", "cause": "the training process has died"})
    publisher.close(_LAST_WORD)


if __name__ == "__main__":
    main()
