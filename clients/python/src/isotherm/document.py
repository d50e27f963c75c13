"""A snapshot's bytes: a safetensors document with one tensor, cut into chunks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import google_crc32c

#: Bytes of every chunk but the last: leaves room for key and headers below 1,000,000 bytes.
CHUNK_BYTES = 983_040

_MAX_HEADER = 65_536


def header(
    name: str, dtype: str, shape: tuple[int, ...], size: int, layout: str | None = None
) -> bytes:
    """What stands before the elements: 8 bytes of length, then JSON padded to a multiple of 8.

    Args:
        name: of the tensor
        dtype: in the names of safetensors, such as ``BF16``
        shape: of the tensor as it is stored, row-major
        size: of the elements in bytes
        layout: the order of the dimensions where that is not PyTorch's

    Raises:
        ValueError: if the header has more bytes than a reader takes
    """
    fields: dict[str, object] = {} if layout is None else {"__metadata__": {"layout": layout}}
    fields[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [0, size]}
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > _MAX_HEADER:
        raise ValueError(
            f"header of tensor '{name}' must have at most {_MAX_HEADER} bytes, got: {len(text)}"
        )
    return len(text).to_bytes(8, "little") + text


def crc32c(document: memoryview) -> int:
    """CRC-32C of a document, 0 to 2^32 - 1; holds the interpreter for one chunk at a time."""
    crc = 0
    for chunk in chunks(document):
        crc = google_crc32c.extend(crc, chunk)
    return crc


def chunk_count(size: int) -> int:
    """How many chunks a document of ``size`` bytes has."""
    return -(-size // CHUNK_BYTES)


def chunks(document: memoryview) -> Iterator[bytes]:
    """A document's chunks, first to last, each a copy."""
    for start in range(0, len(document), CHUNK_BYTES):
        yield bytes(document[start : start + CHUNK_BYTES])
