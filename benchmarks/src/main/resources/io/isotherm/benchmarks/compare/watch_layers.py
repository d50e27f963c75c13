"""Alphas of a checkpoint's matrices by WeightWatcher with its defaults.

    python3 watch_layers.py FILE.safetensors

Prints one JSON object per layer, as isotherm analyze --json does.
"""

import json
import logging
import struct
import sys

import torch
import weightwatcher


def linear_layers(path):
    """A module with one linear layer per matrix of a safetensors file of float32."""
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        entries = json.loads(file.read(size))
        data = bytearray(file.read())
    model = torch.nn.Module()
    for name, entry in entries.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        rows, columns = entry["shape"]
        layer = torch.nn.Linear(columns, rows, bias=False, device="meta")
        weights = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin)
        layer.weight = torch.nn.Parameter(weights.reshape(rows, columns), requires_grad=False)
        model.add_module(name.removesuffix(".weight").replace(".", "-"), layer)
    return model


def main():
    watcher = weightwatcher.WeightWatcher(
        model=linear_layers(sys.argv[1]), log_level=logging.ERROR
    )
    details = watcher.analyze()
    sys.stdout.flush()
    for name, alpha in zip(details["longname"], details["alpha"]):
        line = {"layer": name.replace("-", ".") + ".weight", "alpha": float(alpha)}
        print("\n" + json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
