"""Snapshots are copies, in memory that is reused; the newest wins."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from isotherm.layers import find_layers
from isotherm.messages import Shard
from isotherm.progress import pending_number
from isotherm.shards import Part
from isotherm.staging import Snapshot, Stager


def tensor_in(document: memoryview) -> tuple[dict[str, object], bytes]:
    """The header's JSON and the elements of a safetensors document."""
    length = int.from_bytes(document[:8], "little")
    return json.loads(bytes(document[8 : 8 + length])), bytes(document[8 + length :])


def parts_of(model: nn.Module) -> list[Part]:
    return [Part.whole(layer) for layer in find_layers(model).layers]


def taken(stager: Stager, step: int = 0) -> Snapshot:
    assert stager.take(step, 0)
    snapshot = stager.poll()
    assert snapshot is not None
    snapshot.wait()
    return snapshot


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        (torch.float64, "F64"),
        (torch.float32, "F32"),
        (torch.float16, "F16"),
        (torch.bfloat16, "BF16"),
    ],
)
def test_weights_travel_in_the_dtype_that_they_have(dtype: torch.dtype, name: str) -> None:
    model = nn.Sequential(nn.Linear(7, 5, dtype=dtype), nn.Conv2d(3, 2, 3, dtype=dtype))
    snapshot = taken(Stager(parts_of(model)))
    for document, module in zip(snapshot.documents, model, strict=True):
        fields, elements = tensor_in(document)
        (tensor,) = fields.values()
        assert tensor["dtype"] == name
        assert tensor["shape"] == list(module.weight.shape)
        again = torch.frombuffer(bytearray(elements), dtype=dtype).view(module.weight.shape)
        assert torch.equal(again, module.weight)


def test_weights_of_another_memory_format_travel_row_by_row() -> None:
    model = nn.Conv2d(3, 2, 3).to(memory_format=torch.channels_last)
    _, elements = tensor_in(taken(Stager(parts_of(model))).documents[0])
    again = torch.frombuffer(bytearray(elements), dtype=torch.float32).view(2, 3, 3, 3)
    assert torch.equal(again, model.weight)


def test_a_document_is_one_that_the_safetensors_library_reads() -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    model = nn.Linear(7, 5)
    document = taken(Stager(parts_of(model))).documents[0]
    assert torch.equal(safetensors.load(bytes(document))["model"], model.weight)


def test_a_copy_does_not_change_when_training_goes_on() -> None:
    model = nn.Linear(7, 5)
    stager = Stager(parts_of(model))
    before = model.weight.detach().clone()
    snapshot = taken(stager)
    with torch.no_grad():
        model.weight.add_(1)
    assert torch.equal(snapshot.buffers.elements[0], before)


def test_buffers_are_reused() -> None:
    stager = Stager(parts_of(nn.Linear(7, 5)), sets=1)
    first = taken(stager, 1)
    stager.release(first)
    second = taken(stager, 2)
    assert second.buffers is first.buffers
    assert second.step == 2


def test_the_newest_wins_when_all_buffers_wait() -> None:
    stager = Stager(parts_of(nn.Linear(7, 5)), sets=2)
    for step in range(5):
        assert stager.take(step, 0)
    waiting = [snapshot.step for snapshot in iter(stager.poll, None)]
    assert waiting == [3, 4]
    assert (stager.taken, stager.dropped) == (5, 3)


def test_a_snapshot_is_given_up_while_all_buffers_are_being_sent() -> None:
    stager = Stager(parts_of(nn.Linear(7, 5)), sets=1)
    sending = taken(stager, 1)
    assert not stager.take(2, 0)
    assert stager.dropped == 1
    stager.release(sending)
    assert stager.take(3, 0)


def test_shards_have_room_only_when_those_before_are_sent() -> None:
    (whole,) = parts_of(nn.Linear(7, 5))
    for shard, room_beside in ((None, True), (Shard(0, 2, (10, 7), (0, 0)), False)):
        stager = Stager([replace(whole, shard=shard)], sets=2)
        assert stager.has_room
        assert stager.take(1, 0)
        assert stager.has_room == room_beside
        sending = stager.poll()
        assert sending is not None
        assert stager.has_room == room_beside
        stager.release(sending)
        assert stager.has_room


def test_layers_can_be_put_in_another_order() -> None:
    model = nn.Sequential(nn.Linear(7, 5), nn.Linear(5, 3))
    stager = Stager(parts_of(model))
    stager.reorder(["1", "0"])
    snapshot = taken(stager)
    assert [next(iter(tensor_in(d)[0])) for d in snapshot.documents] == ["1", "0"]
    assert torch.equal(snapshot.buffers.elements[0], model[1].weight)


def test_a_weight_whose_storage_was_exchanged_is_read_where_it_is() -> None:
    model = nn.Linear(7, 5)
    stager = Stager(parts_of(model))
    model.weight.data = torch.ones(5, 7)
    assert torch.equal(taken(stager).buffers.elements[0], torch.ones(5, 7))


def test_no_buffers_are_refused() -> None:
    with pytest.raises(ValueError, match="buffers must be 1 or more, got: 0"):
        Stager([], sets=0)


@pytest.mark.parametrize(
    ("value", "number"), [(None, None), (3, 3.0), (torch.tensor([2.5], requires_grad=True), 2.5)]
)
def test_a_number_is_read_where_it_is(value: object, number: float | None) -> None:
    assert pending_number(value)() == number
