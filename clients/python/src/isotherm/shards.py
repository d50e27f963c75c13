"""Which part of each layer's weight a rank holds, and which it publishes.

A weight may be whole on every rank (DDP), cut into shards (FSDP2, tensor parallel), or both (HSDP).
Each part is a hyper-rectangle, as torch's distributed checkpoints describe it, and is published
once, by one of the ranks that hold it. Nothing is gathered but where the parts lie.
"""

from __future__ import annotations

import functools
import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from isotherm.layers import Layer
from isotherm.messages import Shard

#: Shards of a layer that the contract takes at most.
MAX_SHARDS = 4096


@dataclass(frozen=True)
class Extent:
    """A hyper-rectangle of a tensor: where its first element lies, and its shape."""

    offsets: tuple[int, ...]
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        """How many elements it has."""
        return math.prod(self.shape)

    def overlaps(self, other: Extent) -> bool:
        """Whether an element is in both."""
        sides = zip(self.offsets, self.shape, other.offsets, other.shape, strict=True)
        return all(a < b + height and b < a + width for a, width, b, height in sides)


#: What a rank has of a weight: a part, nothing, or why that cannot be said.
Held = Extent | str | None


@dataclass(frozen=True)
class Part:
    """What one rank publishes of a layer: its whole weight, or a shard of it.

    Attributes:
        layer: whose weight it is
        shape: of the part, in the order of the weight's dimensions
        shard: which part it is; None for the whole weight
    """

    layer: Layer
    shape: tuple[int, ...]
    shard: Shard | None = None

    @staticmethod
    def whole(layer: Layer) -> Part:
        """All of a weight that is in this process."""
        return Part(layer, tuple(layer.weight.shape))

    @property
    def nbytes(self) -> int:
        """Size of its elements in bytes."""
        return math.prod(self.shape) * self.layer.weight.element_size()

    def elements(self) -> torch.Tensor:
        """The elements as they are now, without a copy."""
        return _local(self.layer.weight)


def held(weight: nn.Parameter) -> Held:
    """What this rank has of a weight."""
    describe = getattr(weight, "__create_chunk_list__", None)  # the protocol of torch's checkpoints
    if describe is None and hasattr(weight, "to_local"):
        describe = functools.partial(_chunks_before_the_protocol, weight)
    if describe is None:
        return Extent((0,) * weight.dim(), tuple(weight.shape))
    if any(placement.is_partial() for placement in getattr(weight, "placements", ())):
        return "each rank has a term of a sum of it (placement Partial)"
    try:
        chunks = describe()
    except Exception as e:  # noqa: BLE001 - whatever torch says of a placement that it does not know
        return f"torch cannot say which part a rank has: {' '.join(str(e).split())}"
    local = tuple(_local(weight).shape)
    if len(chunks) != 1 or (tuple(chunks[0].sizes) != local and math.prod(local) > 0):
        return f"a rank has {local} of it, which is not one hyper-rectangle"
    if math.prod(local) == 0:
        return None
    return Extent(tuple(chunks[0].offsets), local)


def _chunks_before_the_protocol(weight: Any) -> list[Any]:
    """The same of a DTensor of torch 2.4."""
    from torch.distributed.checkpoint import planner_helpers

    cut = [placement.dim for placement in weight.placements if placement.is_shard()]
    if len(set(cut)) < len(cut):
        # FSDP2 cuts what tensor parallelism has cut, which torch 2.5 is the first to tell apart.
        raise ValueError("two meshes cut one dimension of it, in an order that only torch 2.5 says")
    return [planner_helpers._create_chunk_from_dtensor(weight)]


def divide(
    layers: Sequence[Layer], ranks: Sequence[Sequence[Held]], rank: int
) -> tuple[list[Part], dict[str, str]]:
    """Shares the parts of all layers out, by bytes; alike on all ranks.

    Args:
        layers: the same on all ranks
        ranks: what each rank has of each layer
        rank: this one

    Returns:
        what this rank publishes, in the order of the layers; by name, why a layer cannot be
    """
    left_out: dict[str, str] = {}
    parts: list[tuple[int, Part, list[int]]] = []
    for place, layer in enumerate(layers):
        holders: dict[Extent, list[int]] = {}
        reason = None
        for number, has in enumerate(one[place] for one in ranks):
            if isinstance(has, str):
                reason = has
            elif has is not None:
                holders.setdefault(has, []).append(number)
        shape = tuple(layer.weight.shape)
        reason = reason or _defect(shape, holders)
        if reason is not None:
            left_out[layer.name] = reason
            continue
        extents = sorted(holders, key=lambda extent: extent.offsets)
        for index, extent in enumerate(extents):
            shard = Shard(index, len(extents), shape, extent.offsets) if len(extents) > 1 else None
            parts.append((place, Part(layer, extent.shape, shard), holders[extent]))
    ours = {part for part, owner in _shared_out(parts, len(ranks)) if owner == rank}
    return [parts[i][1] for i in sorted(ours)], left_out


def _shared_out(
    parts: Sequence[tuple[int, Part, list[int]]], size: int
) -> Iterable[tuple[int, int]]:
    """Each part's number and the rank that publishes it: the largest first, to who has least."""
    load = [0] * size
    everybody = [(0, rank) for rank in range(size)]
    by_size = sorted(range(len(parts)), key=lambda i: (-parts[i][1].nbytes, i))
    for i in by_size:
        _, part, holders = parts[i]
        if len(holders) == size:
            # The least loaded of many ranks; those that got shards meanwhile are put back in order.
            while everybody[0][0] != load[everybody[0][1]]:
                heapq.heapreplace(everybody, (load[everybody[0][1]], everybody[0][1]))
            owner = everybody[0][1]
        else:
            owner = min(holders, key=lambda rank: (load[rank], rank))
        load[owner] += part.nbytes
        yield i, owner


def _defect(shape: tuple[int, ...], extents: Mapping[Extent, object]) -> str | None:
    """Why extents do not cover a tensor exactly; None if they do.

    Where offsets and shapes are true and cover exactly, each rank's part is contiguous in every
    dimension: one whose rows are interleaved with another's overlaps it here.
    """
    if len(extents) > MAX_SHARDS:
        return f"it has {len(extents)} shards, and a layer must have at most {MAX_SHARDS}"
    covered = sum(extent.elements for extent in extents)
    if covered != math.prod(shape):
        return f"the parts of all ranks have {covered} of its {math.prod(shape)} elements"
    beside: list[Extent] = []
    for extent in sorted(extents, key=lambda e: e.offsets):
        first = extent.offsets[0]
        beside = [e for e in beside if e.offsets[0] + e.shape[0] > first]
        if any(extent.overlaps(e) for e in beside):
            return "the parts of its ranks are interleaved or overlap"
        beside.append(extent)
    return None


def _local(weight: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return weight.to_local() if hasattr(weight, "to_local") else weight.detach()


def reshard(model: nn.Module) -> None:
    """Gives modules of FSDP2 their shards back, which a forward pass may have left gathered."""
    for module in model.modules():
        if any(base.__name__ == "FSDPModule" for base in type(module).__mro__):
            module.reshard()  # type: ignore[operator]
