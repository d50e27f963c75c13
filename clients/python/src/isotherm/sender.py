"""The training process's side of the process that publishes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from isotherm.kafka import LOG, Kafka, with_room_for
from isotherm.messages import RunDescription, run_record
from isotherm.progress import resolved
from isotherm.publisher import Progress
from isotherm.staging import Snapshot, Stager


class Sender:
    """Starts a process that publishes, and hands it what the training thread leaves.

    The training thread leaves messages and snapshots in mailboxes; a thread of this class hands
    them over, another one hears what became of them. Neither does more than to move small messages.

    Args:
        description: of the run
        stager: where this rank's parts of snapshots are
        kafka: where they go
        speaks: whether this rank describes the run and tells how it ends, or publishes only
    """

    def __init__(
        self, description: RunDescription, stager: Stager, kafka: Kafka, *, speaks: bool = True
    ) -> None:
        self._run_name = description.run
        body = description.body()
        described = run_record(body, {"name": "running"})
        self._start = {
            "run": body,
            "speaks": speaks,
            "parts": [
                {"layer": part.layer.name, "shard": part.shard and asdict(part.shard)}
                for part in stager.parts
            ],
            "producer": with_room_for(kafka.producer_settings, len(described.value)),
            "servers": kafka.servers,
        }
        self._stager = stager
        self._orders: deque[dict[str, Any]] = deque()
        self._process: subprocess.Popen[str] | None = None
        self._wanted = False
        self._out: dict[int, Snapshot] = {}
        self._end_at: float | None = None
        self._told: bool | None = None
        self._lost = 0
        self._dropped_there = 0
        self.published = 0
        self._courier = threading.Thread(
            target=self._carry, name=f"isotherm-courier-{description.run}", daemon=True
        )

    @property
    def dropped(self) -> int:
        """Layer snapshots given up after they were copied."""
        return self._dropped_there + self._lost

    def start(self) -> None:
        """Starts the process, on a thread."""
        self._courier.start()

    def tell(self, progress: Progress) -> None:
        """Leaves a progress message, whose numbers may still be on their way from a device."""
        self._orders.append({"progress": progress})
        self._stager.arrived.set()

    def end(self, phase: Mapping[str, Any]) -> None:
        """Leaves the run's last word."""
        self._orders.append({"phase": phase})
        self._stager.arrived.set()

    def close(self, timeout: float) -> bool:
        """Sends what waits for at most so many seconds; whether the broker was told all."""
        self._end_at = time.monotonic() + timeout
        self._stager.arrived.set()
        self._courier.join(timeout + 5.0)
        return bool(self._told)

    def _carry(self) -> None:
        try:
            with self._started() as process:
                self._process = process
                listener = threading.Thread(
                    target=self._listen, name=f"isotherm-listener-{self._run_name}", daemon=True
                )
                listener.start()
                self._hand_over(process)
                listener.join(max(0.0, (self._end_at or 0.0) + 2.0 - time.monotonic()))
                if process.poll() is None and listener.is_alive():
                    process.kill()
        except Exception as e:  # noqa: BLE001 - training must not notice
            LOG.warning(
                'nothing is published any more, training goes on run=%s reason="%s: %s"',
                self._run_name,
                type(e).__name__,
                e,
            )
        self._give_up()

    def _started(self) -> subprocess.Popen[str]:
        buffers = self._stager.shared_buffers
        process = subprocess.Popen(
            [sys.executable, "-m", "isotherm.publishing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=[one.file for one in buffers],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        shared = [{"file": one.file, "documents": one.documents} for one in buffers]
        self._order(process, {**self._start, "buffers": shared})
        return process

    def _hand_over(self, process: subprocess.Popen[str]) -> None:
        while True:
            self._stager.arrived.wait(0.5)
            self._stager.arrived.clear()
            while self._orders:
                order = self._orders.popleft()
                if "progress" in order:
                    order = {"progress": resolved(order["progress"])}
                self._order(process, order)
            if self._wanted and (snapshot := self._stager.poll()) is not None:
                self._wanted = False
                snapshot.wait()
                self._out[snapshot.buffers.number] = snapshot
                place = {
                    "number": snapshot.buffers.number,
                    "step": snapshot.step,
                    "epoch": snapshot.epoch,
                }
                self._order(process, {"snapshot": place})
            if self._end_at is not None:
                left = self._end_at - time.monotonic()
                if left <= 0 or not (self._orders or self._out or self._stager.waits):
                    self._order(process, {"close": max(0.5, left)})
                    return

    def _order(self, process: subprocess.Popen[str], order: Mapping[str, Any]) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            answer = json.loads(line)
            if "wanted" in answer:
                self._wanted = True
            elif "released" in answer:
                self._stager.release(self._out.pop(answer["released"]))
            elif "published" in answer:
                self.published, self._dropped_there = answer["published"], answer["dropped"]
            elif "closed" in answer:
                self._told = answer["closed"]
            elif "log" in answer:
                LOG.log(answer["level"], answer["log"])
            self._stager.arrived.set()

    def _give_up(self) -> None:
        """What nobody sends any more is counted; what the process still had, it has counted."""
        while (left := self._stager.poll()) is not None:
            self._lost += len(left.documents)
