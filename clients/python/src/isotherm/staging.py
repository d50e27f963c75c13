"""Copies of weights at a step boundary, in memory that is reused.

On the CPU a snapshot is one copy. On a CUDA device it goes to pinned memory on a stream of its own;
the training thread waits for nothing, and the next update of the weights waits on the device for an
event behind the copy, as the stager of torch's distributed checkpoints does.
"""

from __future__ import annotations

import logging
import mmap
import os
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch

from isotherm.document import header
from isotherm.layers import DTYPES
from isotherm.shards import Part

LOG = logging.getLogger("isotherm")

_ALIGNMENT = 64  # bytes, a line of the cache


@dataclass
class Snapshot:
    """What one rank publishes of the weights of all layers at one step.

    Attributes:
        step: steps trained
        epoch: epochs completed
        documents: one safetensors document per part, to be read after :meth:`wait`
        buffers: where they are
    """

    step: int
    epoch: int
    documents: list[memoryview]
    buffers: _Buffers

    def wait(self) -> None:
        """Waits until the copies are there; for a thread that does not train."""
        for event in self.buffers.events:
            event.synchronize()


@dataclass(frozen=True)
class SharedBuffers:
    """A set of buffers as another process reads it: the documents' starts and sizes in a file."""

    file: int
    documents: list[tuple[int, int]]


class Stager:
    """Takes snapshots into a fixed number of sets of buffers; the newest wins.

    A set is in use from :meth:`take` until :meth:`release`. When all are, the set that has waited
    longest is taken again and its snapshot given up; where none waits, the new snapshot is.

    All memory is made here, before training: on a CUDA device it is pinned, and elsewhere it is
    written to once, since a copy into memory that was never touched takes three times as long.

    Args:
        parts: of weights, which are copied
        sets: how many snapshots of all parts may be held
    """

    def __init__(self, parts: Sequence[Part], sets: int = 2) -> None:
        if sets < 1:
            raise ValueError(f"buffers must be 1 or more, got: {sets}")
        self.parts = parts
        self._all = [_Buffers(parts, number) for number in range(sets)] if parts else []
        self._free = deque(self._all)
        self._waiting: deque[Snapshot] = deque()
        self._streams: dict[torch.device, torch.cuda.Stream] = {}
        self._copied: list[tuple[torch.device, torch.cuda.Event]] = []
        self.arrived = threading.Event()
        self.taken = 0
        self.dropped = 0

    def reorder(self, names: Sequence[str]) -> None:
        """The same parts in another order of the layers; to be called before the first snapshot."""
        places = {name: i for i, name in enumerate(names)}
        order = sorted(range(len(self.parts)), key=lambda i: places[self.parts[i].layer.name])
        for buffers in self._all:
            buffers.reorder(order)
        self.parts = [self.parts[i] for i in order]

    @property
    def shared_buffers(self) -> list[SharedBuffers]:
        """The sets by number, as another process reads them."""
        return [SharedBuffers(b.file, b.places) for b in self._all]

    @property
    def nbytes(self) -> int:
        """Bytes of all buffers."""
        return sum(len(document) for b in self._all for document in b.documents)

    @property
    def has_room(self) -> bool:
        """Whether a snapshot would find room without giving another one up.

        One of shards has none while an older one is on its way: it would overtake the older one's
        shards of a slower rank, and with the newest winning, no snapshot might ever be whole.
        """
        if any(part.shard is not None for part in self.parts):
            return len(self._free) == len(self._all)
        return bool(self._free) or not self.parts

    @property
    def waits(self) -> bool:
        """Whether a snapshot waits for the publisher."""
        return bool(self._waiting)

    def take(self, step: int, epoch: int) -> bool:
        """Copies all parts; False if there was no room. For the training thread."""
        self.taken += len(self.parts)
        buffers = self._acquire()
        if buffers is None:
            self.dropped += len(self.parts)
            return False
        with torch.no_grad():
            self._copy(buffers)
        self._waiting.append(Snapshot(step, epoch, buffers.documents, buffers))
        self.arrived.set()
        return True

    def give_up(self) -> None:
        """Counts a snapshot that is not taken, since there is no room for it."""
        self.taken += len(self.parts)
        self.dropped += len(self.parts)

    def before_update(self) -> None:
        """Lets what changes the weights next wait for the copies, on the device."""
        copied, self._copied = self._copied, []
        for device, event in copied:
            torch.cuda.current_stream(device).wait_event(event)

    def poll(self) -> Snapshot | None:
        """The oldest snapshot that waits. For the publisher's thread."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def release(self, snapshot: Snapshot) -> None:
        """Gives a snapshot's buffers back."""
        self._free.append(snapshot.buffers)

    def _acquire(self) -> _Buffers | None:
        try:
            return self._free.popleft()
        except IndexError:
            pass
        oldest = self.poll()
        if oldest is None:
            return None
        self.dropped += len(self.parts)
        return oldest.buffers

    def _copy(self, buffers: _Buffers) -> None:
        weights = [part.elements() for part in self.parts]
        by_device: dict[torch.device, list[int]] = {}
        for i, weight in enumerate(weights):
            by_device.setdefault(weight.device, []).append(i)
        buffers.events = []
        for device, places in by_device.items():
            sources = [weights[i] for i in places]
            targets = [buffers.elements[i] for i in places]
            if device.type == "cuda":
                buffers.events.append(self._copy_from_cuda(device, targets, sources))
            else:
                torch._foreach_copy_(targets, sources)

    def _copy_from_cuda(
        self, device: torch.device, targets: list[torch.Tensor], sources: list[torch.Tensor]
    ) -> torch.cuda.Event:
        stream = self._streams.get(device)
        if stream is None:
            stream = self._streams[device] = torch.cuda.Stream(device)
        training = torch.cuda.current_stream(device)
        stream.wait_stream(training)
        with torch.cuda.stream(stream):
            for target, source in zip(targets, sources, strict=True):
                target.copy_(source, non_blocking=True)
            event = torch.cuda.Event()
            event.record(stream)
        for source in sources:
            source.record_stream(stream)  # its memory may be freed while it is being read
        self._copied.append((device, event))
        return event


class _Buffers:
    """One document per part in one piece of memory, and views of the elements to copy into.

    The file stays open for as long as the process lives.
    """

    def __init__(self, parts: Sequence[Part], number: int) -> None:
        self.number = number
        headers = [_header(part) for part in parts]
        sizes = [len(h) + part.nbytes for h, part in zip(headers, parts, strict=True)]
        ends = list(accumulate(-(-size // _ALIGNMENT) * _ALIGNMENT for size in sizes))
        starts = [0, *ends[:-1]]
        self.file = _memory_file(ends[-1])
        shared = mmap.mmap(self.file, ends[-1])
        memory = torch.frombuffer(shared, dtype=torch.uint8)
        memory.zero_()
        if any(part.layer.weight.is_cuda for part in parts):
            _pin(memory)
        whole = memoryview(shared)
        self.events: list[torch.cuda.Event] = []
        self.places: list[tuple[int, int]] = []
        self.documents = []
        self.elements = []
        for part, before, start, size in zip(parts, headers, starts, sizes, strict=True):
            self.places.append((start, size))
            document = whole[start : start + size]
            document[: len(before)] = before
            elements = memory[start + len(before) : start + size].view(part.layer.weight.dtype)
            self.documents.append(document)
            self.elements.append(elements.view(part.shape))

    def reorder(self, places: Sequence[int]) -> None:
        self.elements = [self.elements[i] for i in places]
        self.documents = [self.documents[i] for i in places]
        self.places = [self.places[i] for i in places]


def _memory_file(size: int) -> int:
    """Memory of its own for a process to share with one that it starts; a file descriptor."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("isotherm-snapshots")
    else:
        with tempfile.TemporaryFile() as unnamed:
            file = os.dup(unnamed.fileno())
    os.ftruncate(file, size)
    return file


def _header(part: Part) -> bytes:
    layer = part.layer
    return header(layer.name, DTYPES[layer.weight.dtype], part.shape, part.nbytes, layer.layout)


def _pin(memory: torch.Tensor) -> None:
    """Locks pages in place; torch's own pinned memory is up to twice as large as asked for."""
    runtime = torch.cuda.cudart()
    address = memory.data_ptr()
    error = int(runtime.cudaHostRegister(address, memory.numel(), 0))
    if error != 0:
        LOG.warning(
            "snapshots go to memory that is not pinned, and copying them holds training up "
            'reason="cudaHostRegister of %d bytes gave %d"',
            memory.numel(),
            error,
        )
        return
    weakref.finalize(memory, runtime.cudaHostUnregister, address)
