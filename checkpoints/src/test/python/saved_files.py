"""Writes src/test/resources/formats: small files of torch.save and of GGUF, and beside each the tensors
that PyTorch and the gguf package read from it.

Needs torch, numpy, safetensors and gguf: python saved_files.py FOLDER
"""

import argparse
import json
import pathlib
import sys
from collections import OrderedDict, defaultdict
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

FOLDER = Path(sys.argv[1])
torch.manual_seed(8)


def expect(folder, tensors, file="expected"):
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, folder / f"{file}.safetensors")


def save(name, value, expected, **options):
    folder = FOLDER / "pytorch" / Path(name).stem
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(value, folder / name, **options)
    if expected is not None:
        expect(folder, expected)


def views():
    """Tensors that are not their storage from its first number to its last."""
    whole = torch.randn(24, 18)
    fused = torch.randn(12, 6)
    return OrderedDict(
        {
            "plain.weight": torch.randn(5, 7),
            "transposed.weight": whole.t(),
            "rows.weight": whole[3:9],
            "columns.weight": whole[:, 2:11],
            "steps.weight": whole[::3, ::2],
            "query.weight": fused[:4],
            "key.weight": fused[4:8],
            "tied.weight": fused,
            "conv.weight": torch.randn(4, 3, 2, 2).to(memory_format=torch.channels_last),
            "long.weight": torch.randn(300, 70).t(),
            "turned.weight": torch.randn(3, 4, 5).permute(2, 0, 1),
            "half.weight": torch.randn(3, 4).half(),
            "bfloat.weight": torch.randn(3, 4).bfloat16(),
            "double.weight": torch.randn(3, 4).double().t(),
            "parameter.weight": nn.Parameter(torch.randn(3, 4)),
            "counts": torch.arange(6).reshape(2, 3),
            "mask": torch.ones(2, 2, dtype=torch.bool),
            "one": torch.tensor(3.5),
            "none": torch.zeros(0, 4),
            "complex.weight": torch.randn(2, 3, dtype=torch.complex64),
        }
    )


def network():
    return nn.Sequential(nn.Linear(12, 10), nn.BatchNorm1d(10), nn.Linear(10, 4))


def trained():
    model = network()
    optimiser = torch.optim.AdamW(model.parameters())
    model(torch.randn(6, 12)).sum().backward()
    optimiser.step()
    return model, optimiser


def pytorch():
    dict_of_views = views()
    save("views.pt", dict_of_views, dict_of_views)
    save("legacy.pth", dict_of_views, dict_of_views, _use_new_zipfile_serialization=False)
    save("protocol4.pt", dict_of_views, dict_of_views, pickle_protocol=4)
    small = {"fc.weight": torch.randn(6, 5).to(torch.float8_e4m3fn), "ids": torch.arange(4).to(torch.uint16)}
    save("untyped.pt", small, small)

    marked = torch.randn(4, 5)
    marked.origin = "a tensor with an attribute"
    save("marked.pt", {"fc.weight": marked}, {"fc.weight": marked})

    model, optimiser = trained()
    state = model.state_dict()
    moments = {
        f"{where}.{index}.{key}": value
        for where in ("optimizer_states.0.state", "optimizer.state")
        for index, entry in optimiser.state_dict()["state"].items()
        for key, value in entry.items()
    }
    lightning = {
        "epoch": 3,
        "global_step": 120,
        "pytorch-lightning_version": "2.5.0",
        "state_dict": state,
        "optimizer_states": [optimiser.state_dict()],
        "lr_schedulers": [{"base_lrs": [0.1], "last_epoch": 3}],
        "hyper_parameters": argparse.Namespace(width=10, folder=pathlib.PurePosixPath("/data")),
    }
    of = lambda where: {k: v for k, v in moments.items() if k.startswith(where)}
    save("lightning.ckpt", lightning, {**state, **of("optimizer_states")})
    average = {k: v + 1 for k, v in state.items()}
    losses = defaultdict(list, {"train": [0.5, 0.25]})
    training = {"model": state, "ema": average, "optimizer": optimiser.state_dict(), "losses": losses, "best": None}
    save(
        "training.pt",
        training,
        {**state, **{f"ema.{k}": v for k, v in average.items()}, **of("optimizer.")},
    )
    save("nested.pt", {"encoder": {"0": {"weight": torch.ones(3, 2)}}, "heads": [torch.zeros(2, 2)]}, {"encoder.0.weight": torch.ones(3, 2), "heads.0": torch.zeros(2, 2)})

    save("expanded.pt", {"fc.weight": torch.ones(3, 2), "table": torch.ones(1).expand(1000, 1000)}, {"fc.weight": torch.ones(3, 2)})
    save("object.pt", network(), None)
    save("partly.pt", {"head": {"weight": torch.ones(3, 2)}, "body": network()}, {"head.weight": torch.ones(3, 2)})
    save("numbers.pt", {"epoch": 3, "loss": 0.25}, None)
    torch.jit.script(nn.Linear(3, 2)).save(FOLDER / "pytorch" / "script.pt")

    folder = FOLDER / "pytorch" / "sharded"
    folder.mkdir(parents=True, exist_ok=True)
    names = list(state)
    halves = {"pytorch_model-00001-of-00002.bin": names[:3], "pytorch_model-00002-of-00002.bin": names[3:]}
    for file, part in halves.items():
        torch.save({k: state[k] for k in part}, folder / file)
    index = {"metadata": {}, "weight_map": {k: file for file, part in halves.items() for k in part}}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    torch.save(argparse.Namespace(learning_rate=0.1), folder / "training_args.bin")
    expect(folder, state)


def blocks(kind, rows, columns, rng):
    """Blocks of random codes whose scales are finite, as ggml lays them out."""
    size, length = gguf.GGML_QUANT_SIZES[kind]
    data = rng.integers(0, 256, (rows, columns // size, length), dtype=np.uint8)
    halves = {"Q4_0": (0,), "Q8_0": (0,), "Q4_K": (0, 2), "Q6_K": (208,)}[kind.name]
    for at in halves:
        scale = (rng.random((rows, columns // size, 1)) * 0.01 + 1e-4).astype("<f2")
        data[:, :, at : at + 2] = scale.view(np.uint8)
    return data.reshape(rows, -1)


def ggufs():
    rng = np.random.default_rng(4)
    folder = FOLDER / "gguf"
    folder.mkdir(parents=True, exist_ok=True)
    kinds = gguf.GGMLQuantizationType
    expected = {}
    writer = gguf.GGUFWriter(folder / "model.gguf", "llama")
    writer.add_block_count(2)
    writer.add_float32("llama.rope.freq_base", 10000.0)
    writer.add_token_list([b"<s>", b"</s>", "\u00e9t\u00e9".encode()])
    writer.add_token_scores([0.0, -1.0, -2.0])
    writer.add_array("isotherm.nested", [[1, 2], [3]])

    def add(name, data, values, kind=None):
        writer.add_tensor(name, data, raw_dtype=kind)
        if values is not None:
            expected[name] = torch.from_numpy(np.ascontiguousarray(values))

    normal = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    table = normal(20, 64)
    add("token_embd.weight", table, table)
    q8 = gguf.quants.quantize(normal(24, 64), kinds.Q8_0)
    add("blk.0.attn_q.weight", q8, gguf.quants.dequantize(q8, kinds.Q8_0), kinds.Q8_0)
    q4 = gguf.quants.quantize(normal(24, 64), kinds.Q4_0)
    add("blk.0.attn_k.weight", q4, gguf.quants.dequantize(q4, kinds.Q4_0), kinds.Q4_0)
    for name, kind in (("attn_v", kinds.Q4_0), ("attn_output", kinds.Q8_0), ("ffn_gate", kinds.Q4_K), ("ffn_down", kinds.Q6_K)):
        data = blocks(kind, 6, 512, rng)
        add(f"blk.0.{name}.weight", data, gguf.quants.dequantize(data, kind), kind)
    stack = blocks(kinds.Q4_K, 4 * 5, 256, rng).reshape(4, 5, -1)
    add("blk.1.ffn_gate_exps.weight", stack, gguf.quants.dequantize(stack, kinds.Q4_K), kinds.Q4_K)
    half = normal(12, 16).astype(np.float16)
    add("blk.1.attn_q.weight", half, half)
    bf16 = gguf.quants.quantize(normal(12, 16), kinds.BF16)
    add("blk.1.attn_k.weight", bf16, None, kinds.BF16)
    expected["blk.1.attn_k.weight"] = torch.from_numpy(gguf.quants.dequantize(bf16, kinds.BF16)).bfloat16()
    norm = normal(64)
    add("blk.0.attn_norm.weight", norm, norm)
    add("blk.1.attn_v.weight", rng.integers(0, 256, (6, 176), dtype=np.uint8), None, kinds.Q5_K)
    head = normal(20, 64)
    add("output.weight", head, head)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    expect(folder, expected)


pytorch()
ggufs()
