"""The bytes of every message, held against the golden files of the module ``core/contracts``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from isotherm.document import CHUNK_BYTES, chunk_count, chunks, crc32c, header
from isotherm.layers import DTYPES, Layer, Norm
from isotherm.messages import (
    Record,
    RunDescription,
    Shard,
    SnapshotId,
    chunk_records,
    next_incarnation,
    progress_record,
    run_record,
    traceparent,
)

GOLDEN = Path(__file__).parents[3] / "core/contracts/src/test/resources/golden"


def golden(name: str) -> Record:
    """A record as it stands in a file: topic, key, headers, an empty line, the value."""
    lines = (GOLDEN / f"{name}.txt").read_text("utf-8").splitlines()
    empty = lines.index("")
    pairs = dict(line.split(": ", 1) for line in lines[:empty])
    topic, key = pairs.pop("topic"), pairs.pop("key")
    body = "".join(lines[empty + 1 :])
    is_json = pairs["content-type"] == "application/json"
    return Record(topic, key, body.encode() if is_json else bytes.fromhex(body), pairs)


def described(wire: dict[str, Any]) -> Layer:
    shape = tuple(wire["shape"])
    norms = tuple(Norm(name, ()) for name in wire.get("normLayers", ()))
    dtypes = {name: dtype for dtype, name in DTYPES.items()}
    weight = nn.Parameter(torch.empty(0, dtype=dtypes[wire.get("dtype", "F32")]))
    return Layer(wire["name"], wire["kind"], shape, weight, norms=norms, block=wire.get("block"))


def description_of(wire: dict[str, Any]) -> dict[str, Any]:
    """What this client says of the run of a golden file, whose trainer knew less of dtypes."""
    body = RunDescription(
        wire["run"],
        wire["incarnation"],
        wire["title"],
        [described(layer) for layer in wire["layers"]],
        wire["policy"],
        wire["estimator"],
        wire["totalSteps"],
        wire.get("shadows", {}),
    ).body()
    for ours, theirs in zip(body["layers"], wire["layers"], strict=True):
        assert ours["dtype"] == theirs.get("dtype", "F32")
        if "dtype" not in theirs:
            del ours["dtype"]
    return body


@pytest.mark.parametrize(
    "name",
    [
        "run-finished.v1",
        "run-failed.v1",
        "run-running.v1",
        "run-with-shadows.v1",
        "run-of-many-kinds.v1",
    ],
)
def test_a_description_has_the_bytes_of_the_golden_file(name: str) -> None:
    expected = golden(name)
    wire = json.loads(expected.value)
    body = description_of(wire)
    assert body["schedule"] == {"name": "external"}
    # Runs of other trainers have schedules that the services know.
    assert run_record({**body, "schedule": wire["schedule"]}, wire["phase"]) == expected


def test_the_golden_run_of_many_kinds_leaves_the_rate_to_its_trainer() -> None:
    wire = json.loads(golden("run-of-many-kinds.v1").value)
    assert description_of(wire)["schedule"] == wire["schedule"]


@pytest.mark.parametrize(
    "name",
    [
        "progress-full.v1",
        "progress-minimal.v1",
        "progress-with-metrics.v1",
        "progress-with-weight-decay.v1",
    ],
)
def test_progress_has_the_bytes_and_the_id_of_the_golden_file(name: str) -> None:
    expected = golden(name)
    assert progress_record(json.loads(expected.value)) == expected


def test_a_chunk_has_the_bytes_of_the_golden_file() -> None:
    expected = golden("snapshot-chunk.v1")
    weights = torch.tensor([[1.0, -0.5], [0.25, 3.0]])
    elements = weights.numpy().tobytes()
    document = memoryview(header("block0.conv1", "F32", (2, 2), len(elements)) + elements)
    name = SnapshotId("resnet-demo", 1767225600000, 47, 1, "block0.conv1")
    estimator = json.loads(expected.headers["ce_estimator"])
    assert list(chunk_records(name, estimator, document)) == [expected]


def test_a_chunk_of_a_shard_has_the_bytes_of_the_golden_file() -> None:
    expected = golden("snapshot-chunk-of-a-shard.v1")
    elements = torch.tensor([[1.0, -0.5], [0.25, 3.0]]).numpy().tobytes()
    document = memoryview(header("block0.conv1", "F32", (2, 2), len(elements)) + elements)
    name = SnapshotId("resnet-demo", 1767225600000, 47, 1, "block0.conv1")
    estimator = json.loads(expected.headers["ce_estimator"])
    shard = Shard(1, 2, (5, 2), (3, 0))
    assert list(chunk_records(name, estimator, document, shard)) == [expected]


def test_a_long_document_is_cut_where_the_contract_says() -> None:
    document = memoryview(bytes(range(256)) * 8000)  # 2,048,000 bytes
    pieces = list(chunks(document))
    assert [len(piece) for piece in pieces] == [CHUNK_BYTES, CHUNK_BYTES, 2048000 - 2 * CHUNK_BYTES]
    assert b"".join(pieces) == bytes(document)
    assert chunk_count(len(document)) == 3
    records = list(chunk_records(SnapshotId("r", 1, 2, 3, "l"), {"name": "x"}, document))
    assert [r.headers["ce_chunkindex"] for r in records] == ["0", "1", "2"]
    assert {r.headers["ce_chunkcount"] for r in records} == {"3"}
    assert {r.headers["ce_crc32c"] for r in records} == {str(crc32c(document))}


def test_the_crc_is_castagnolis() -> None:
    assert crc32c(memoryview(b"123456789")) == 0xE3069283


def test_a_layout_stands_before_the_tensor() -> None:
    text = header("c", "BF16", (2, 3), 12, "in,out")
    assert int.from_bytes(text[:8], "little") == len(text) - 8
    assert len(text) % 8 == 0
    fields = json.loads(text[8:])
    assert fields["__metadata__"] == {"layout": "in,out"}
    assert fields["c"] == {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}


def test_an_incarnation_grows_even_if_the_clock_goes_back() -> None:
    future = 10**18
    assert next_incarnation(future) == future + 1
    assert next_incarnation() > 1_700_000_000_000


def test_a_traceparent_is_one_of_w3c() -> None:
    version, trace, parent, flags = traceparent().split("-")
    assert (version, flags) == ("00", "01")
    assert len(trace) == 32
    assert len(parent) == 16
    assert int(trace, 16) > 0
    assert int(parent, 16) > 0
