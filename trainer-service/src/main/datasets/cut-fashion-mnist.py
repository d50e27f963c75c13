#!/usr/bin/env python3
"""Cuts the subset of Fashion-MNIST that the trainer service ships.

Reads the four files of the data set (Debian: package dataset-fashion-mnist), checks their
contents, takes as many images of every class as the subset needs, chosen and shuffled by a seeded
generator, and writes idx files. The same input gives the same images on every machine:

    python3 cut-fashion-mnist.py /usr/share/datasets/fashion-mnist ../resources/fashion-mnist

The checksums are those of the unpacked idx data, since gzip's output depends on zlib's version.
"""

import gzip
import hashlib
import random
import struct
import sys
from pathlib import Path

CLASSES = 10
SIDE = 28
SEED = 20171

# Name of the part -> (images in it, images of the subset, SHA-256 of images, SHA-256 of labels).
PARTS = {
    "train": (
        60_000,
        6_000,
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    "t10k": (
        10_000,
        1_000,
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
}


def unpack(path, checksum):
    data = gzip.decompress(path.read_bytes())
    actual = hashlib.sha256(data).hexdigest()
    if actual != checksum:
        sys.exit(f"{path}: SHA-256 of the unpacked data must be {checksum}, got: {actual}")
    return data


def pack(path, data):
    # No file name and no time in the header: they would differ from one run to the next.
    with path.open("wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(data)
    print(f"{path}: {path.stat().st_size} bytes, unpacked SHA-256 {hashlib.sha256(data).hexdigest()}")


def cut(source, target, part):
    available, wanted, image_sum, label_sum = PARTS[part]
    images = unpack(source / f"{part}-images-idx3-ubyte.gz", image_sum)
    labels = unpack(source / f"{part}-labels-idx1-ubyte.gz", label_sum)
    if struct.unpack(">4i", images[:16]) != (0x803, available, SIDE, SIDE):
        sys.exit(f"{part}: not an idx file of {available} images")
    if struct.unpack(">2i", labels[:8]) != (0x801, available):
        sys.exit(f"{part}: not an idx file of {available} labels")

    generator = random.Random(SEED)
    chosen = []
    for label in range(CLASSES):
        members = [i for i in range(available) if labels[8 + i] == label]
        chosen += generator.sample(members, wanted // CLASSES)
    generator.shuffle(chosen)

    pixels = SIDE * SIDE
    body = b"".join(images[16 + i * pixels : 16 + (i + 1) * pixels] for i in chosen)
    pack(
        target / f"{part}-images-idx3-ubyte.gz",
        struct.pack(">4i", 0x803, wanted, SIDE, SIDE) + body,
    )
    pack(
        target / f"{part}-labels-idx1-ubyte.gz",
        struct.pack(">2i", 0x801, wanted) + bytes(labels[8 + i] for i in chosen),
    )


def main():
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} FOLDER_OF_THE_DATA_SET TARGET_FOLDER")
    for part in PARTS:
        cut(Path(sys.argv[1]), Path(sys.argv[2]), part)


if __name__ == "__main__":
    main()
