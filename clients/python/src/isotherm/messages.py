"""What crosses Kafka, as records: CloudEvents 1.0 in the binary content mode."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isotherm.document import chunk_count, chunks, crc32c

if TYPE_CHECKING:
    from isotherm.layers import Layer

RUNS = "isotherm.runs"
PROGRESS = "isotherm.progress"
SNAPSHOTS = "isotherm.snapshots"
LEARNING_RATES = "isotherm.learning-rates"
REFUSALS = "isotherm.refusals"

#: Decisions that one progress message names at most; the newest are kept.
MAX_APPLIED = 1000

DECISION_TYPE = "io.isotherm.decision.v1"
REFUSAL_TYPE = "io.isotherm.refusal.v1"

_SOURCE = "/isotherm/trainer"
_JSON = "application/json"


@dataclass(frozen=True)
class Record:
    """A record of Kafka before it has a partition."""

    topic: str
    key: str
    value: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class RunDescription:
    """What is being trained. ``policy`` and ``estimator`` are as :mod:`isotherm.methods` gives."""

    run: str
    incarnation: int
    title: str
    layers: Sequence[Layer]
    policy: Mapping[str, Any]
    estimator: Mapping[str, Any]
    total_steps: int
    shadows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The fields of the contract without the phase, which :func:`run_record` adds."""
        body: dict[str, Any] = {
            "run": self.run,
            "incarnation": self.incarnation,
            "title": self.title,
            "layers": [_described(layer) for layer in self.layers],
            "schedule": {"name": "external"},
            "policy": self.policy,
            "estimator": self.estimator,
            "totalSteps": self.total_steps,
        }
        if self.shadows:
            body["shadows"] = self.shadows
        return body


def run_record(body: Mapping[str, Any], phase: Mapping[str, Any]) -> Record:
    """A run's description in a phase, such as ``{"name": "running"}``."""
    shadows = {"shadows": body["shadows"]} if "shadows" in body else {}
    whole = {**{k: v for k, v in body.items() if k != "shadows"}, "phase": phase, **shadows}
    ident = f"{body['run']}:{body['incarnation']}:{phase['name']}"
    return _record(RUNS, body["run"], "io.isotherm.run.v1", _text(whole), ident)


def _described(layer: Layer) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": layer.name,
        "kind": layer.kind,
        "shape": list(layer.shape),
    }
    if layer.norms:
        described["normLayers"] = [norm.name for norm in layer.norms]
    if layer.block is not None:
        described["block"] = layer.block
    described["dtype"] = layer.dtype
    return described


def progress_record(body: Mapping[str, Any]) -> Record:
    """The record of a progress message, whose fields are those of the contract."""
    value = _text(body)
    # A version 3 UUID of the value alone, without a namespace before it.
    ident = uuid.UUID(bytes=hashlib.md5(value, usedforsecurity=False).digest(), version=3)
    return _record(PROGRESS, body["run"], "io.isotherm.progress.v1", value, str(ident))


@dataclass(frozen=True)
class SnapshotId:
    """Names one layer's weights at one step."""

    run: str
    incarnation: int
    step: int
    epoch: int
    layer: str


@dataclass(frozen=True)
class Shard:
    """Which part of a layer's tensor a document has; its extent is the shape in the document.

    Attributes:
        index: from 0
        count: how many shards the layer has
        global_shape: of the whole tensor, in the order of its own dimensions
        offsets: where in it the shard's first element lies
    """

    index: int
    count: int
    global_shape: tuple[int, ...]
    offsets: tuple[int, ...]

    def headers(self) -> dict[str, str]:
        """As the chunks of the document have it."""
        return {
            "ce_shardindex": str(self.index),
            "ce_shardcount": str(self.count),
            "ce_globalshape": ",".join(map(str, self.global_shape)),
            "ce_shardoffsets": ",".join(map(str, self.offsets)),
        }


def chunk_records(
    snapshot: SnapshotId,
    estimator: Mapping[str, Any],
    document: memoryview,
    shard: Shard | None = None,
) -> Iterator[Record]:
    """The records of a layer's snapshot, first to last; each has a copy of its bytes.

    Args:
        snapshot: whose they are
        estimator: that the layer is to be measured with
        document: the layer's tensor, or that of a shard of it
        shard: which part the document has; None if it has the whole tensor
    """
    key = f"{snapshot.run}/{snapshot.layer}"
    common = {
        "ce_run": snapshot.run,
        "ce_incarnation": str(snapshot.incarnation),
        "ce_step": str(snapshot.step),
        "ce_epoch": str(snapshot.epoch),
        "ce_layer": snapshot.layer,
        "ce_estimator": _text(estimator).decode(),
        "ce_chunkcount": str(chunk_count(len(document))),
        "ce_totalbytes": str(len(document)),
        "ce_crc32c": str(crc32c(document)),
        **(shard.headers() if shard else {}),
    }
    part = f"s{shard.index}:" if shard else ""
    for index, chunk in enumerate(chunks(document)):
        ident = f"{key}@{snapshot.incarnation}:{snapshot.step}:{part}{index}"
        yield _record(
            SNAPSHOTS,
            key,
            "io.isotherm.snapshot-chunk.v1",
            chunk,
            ident,
            media="application/octet-stream",
            more={**common, "ce_chunkindex": str(index)},
        )


def next_incarnation(previous: int = 0) -> int:
    """An incarnation for the next start of a run, larger than the one before."""
    return max(previous + 1, time.time_ns() // 1_000_000)


def traceparent() -> str:
    """Starts a trace: W3C Trace Context, version 00, sampled, no part of it all zero."""
    return f"00-{secrets.randbits(128) | 1:032x}-{secrets.randbits(64) | 1:016x}-01"


def _record(
    topic: str,
    key: str,
    kind: str,
    value: bytes,
    ident: str,
    media: str = _JSON,
    more: Mapping[str, str] | None = None,
) -> Record:
    headers = {
        "content-type": media,
        "ce_id": ident,
        "ce_source": _SOURCE,
        "ce_specversion": "1.0",
        "ce_subject": key,
        "ce_type": kind,
        **(more or {}),
    }
    return Record(topic, key, value, headers)


def _text(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
